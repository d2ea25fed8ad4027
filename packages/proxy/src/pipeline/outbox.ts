import type { Ledger, MaybePromise } from "@keybrake/ledger";
import { toStoreUnavailable } from "../refusals/refused.ts";

/** The ends of calls that the store did not take: they are owed to it, in their order, until it has them. */
export interface Outbox {
  /**
   * Resolves when nothing is owed: a new call may begin.
   *
   * @throws {Refused} `store_unavailable`: the books are behind, and callers are not to wait or have waited long enough
   */
  settled(): Promise<void>;
  /** Writes the end of a call. Rejects where the store does not take it now; it is then written as soon as it does. */
  write<Answer>(end: () => MaybePromise<Answer>): MaybePromise<Answer>;
  /** How many ends are owed. */
  owed(): number;
  /** Tries once more, and ends all trying. Gives how many ends were never written. */
  stop(): Promise<number>;
}

export interface OutboxOptions {
  store: Pick<Ledger, "ping">;
  /** How long a new call waits while ends are owed; 0 refuses it at once. */
  waitMs: number;
  onInternalError(error: unknown, requestId: string | null): void;
}

const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 10_000;
// A store that answers, and still refuses this one write so often, will not take it: others must not wait behind it.
const TRIES_WHILE_SERVING = 5;

interface Owed {
  end(): unknown;
  refusals: number;
}

export function createOutbox({ store, waitMs, onInternalError }: OutboxOptions): Outbox {
  const owed: Owed[] = [];
  const waiting = new Set<() => void>();
  let draining: Promise<void> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let delayMs = FIRST_DELAY_MS;
  let stopped = false;

  /** Writes what is owed, oldest first, as far as the store takes it. */
  function drain(): Promise<void> {
    draining ??= writeOwed().finally(() => {
      draining = undefined;
    });
    return draining;
  }

  async function writeOwed(): Promise<void> {
    clearTimeout(timer);
    for (let next = owed[0]; next; next = owed[0]) {
      if (!(await isWritten(next))) break;
      owed.shift();
    }
    if (owed.length === 0) {
      delayMs = FIRST_DELAY_MS;
      for (const resolve of waiting) resolve();
      waiting.clear();
    } else if (!stopped) {
      timer = setTimeout(drain, delayMs).unref();
      delayMs = Math.min(LONGEST_DELAY_MS, delayMs * 2);
    }
  }

  /** True also for what the store will never take: that has been reported. */
  async function isWritten(next: Owed): Promise<boolean> {
    try {
      await next.end();
      return true;
    } catch (error) {
      if (await serves()) next.refusals++;
      if (next.refusals < TRIES_WHILE_SERVING) return false;
      onInternalError(new Error("the store does not take the end of a call", { cause: error }), null);
      return true;
    }
  }

  async function serves(): Promise<boolean> {
    try {
      await store.ping();
      return true;
    } catch {
      return false;
    }
  }

  function owe(end: () => unknown): void {
    owed.push({ end, refusals: 0 });
    if (!stopped && !draining) {
      clearTimeout(timer);
      timer = setTimeout(drain, delayMs).unref();
    }
  }

  async function writeAfterOwed<Answer>(end: () => MaybePromise<Answer>): Promise<Answer> {
    await drain();
    if (owed.length === 0) return writeNow(end);
    owe(end);
    throw toStoreUnavailable();
  }

  function writeNow<Answer>(end: () => MaybePromise<Answer>): MaybePromise<Answer> {
    const failed = (error: unknown): never => {
      owe(end);
      throw error;
    };
    try {
      const answer = end();
      return answer instanceof Promise ? answer.catch(failed) : answer;
    } catch (error) {
      return failed(error);
    }
  }

  return {
    async settled() {
      if (owed.length === 0) return;
      if (waitMs === 0) throw toStoreUnavailable();
      await new Promise<void>((resolve, reject) => {
        const release = (): void => {
          clearTimeout(limit);
          resolve();
        };
        const limit = setTimeout(() => {
          waiting.delete(release);
          reject(toStoreUnavailable());
        }, waitMs);
        waiting.add(release);
      });
    },

    // Behind those that are owed already, so that the entries of a key keep their order.
    write: (end) => (owed.length > 0 ? writeAfterOwed(end) : writeNow(end)),

    owed: () => owed.length,

    async stop() {
      stopped = true;
      clearTimeout(timer);
      await drain();
      return owed.length;
    },
  };
}
