/** `setTimeout` fires at once for anything longer. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Lets a Node process end although the timer is pending; other runtimes have plain numbers for timers. */
export function keepProcessFree(timer: unknown): void {
  (timer as { unref?: () => void }).unref?.();
}
