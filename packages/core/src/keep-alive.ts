import type { ControlClient } from "./control-client.ts";
import { KeybrakeError } from "./errors.ts";
import type { Duration } from "./protocol/duration.ts";
import { LONGEST_TIMER_MS } from "./timers.ts";
import type { VaultKey } from "./vault-key.ts";

const SHORTEST_PAUSE_MS = 250;

/**
 * Extends a key whenever half of its remaining life has passed, until the returned function is called. A failed
 * attempt is reported and made again at half of what is then left, so there are several before the key expires.
 */
export function keepAlive(key: VaultKey, expiresIn: Duration, control: ControlClient): () => void {
  let timer: ReturnType<typeof setTimeout>;
  let stopped = false;

  async function extend(): Promise<void> {
    try {
      await key.extend(expiresIn);
    } catch (error) {
      if (stopped) return;
      control.emit({ type: "extend_failed", keyId: key.id, error });
      const refused = KeybrakeError.isInstance(error) && !error.retryable;
      if (refused || key.expiresAt.getTime() <= Date.now()) return;
    }
    if (!stopped) schedule();
  }

  function schedule(): void {
    const remainingMs = key.expiresAt.getTime() - Date.now();
    timer = setTimeout(extend, Math.min(Math.max(remainingMs / 2, SHORTEST_PAUSE_MS), LONGEST_TIMER_MS));
  }

  schedule();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
