const LOOK_EVERY_MS = 1000;
// Far more than are under way at once; those beyond it become unknown at their deadline, as when a process dies.
const MOST = 10_000;

/** Ends of calls that the ledger could not take when they came. */
export interface LateEnds {
  add(end: () => Promise<unknown>): void;
  stop(): void;
}

/**
 * Brings what calls have really cost to the ledger as soon as it can be reached again. To say it twice changes
 * nothing, and until then what was reserved stays held.
 */
export function createLateEnds(): LateEnds {
  const waiting = new Set<() => Promise<unknown>>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function bring(): Promise<void> {
    for (const end of waiting) {
      try {
        await end();
        waiting.delete(end);
      } catch {
        // The others would fare no better. Whatever has failed goes to the end of the line.
        waiting.delete(end);
        waiting.add(end);
        break;
      }
    }
    timer = undefined;
    if (waiting.size > 0) look();
  }

  function look(): void {
    timer ??= setTimeout(bring, LOOK_EVERY_MS).unref();
  }

  return {
    add(end) {
      if (waiting.size >= MOST) return;
      waiting.add(end);
      look();
    },
    stop() {
      clearTimeout(timer);
      waiting.clear();
    },
  };
}
