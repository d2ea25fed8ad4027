import type { Call } from "./call.ts";

/** The calls of this process that are under way, by key. */
export interface InFlight {
  /** Follows a call from before its reservation until its answer has ended. */
  add(keyId: string, call: Call): () => void;
  /**
   * Stops the calls of a revoked key: what has not been sent will not be, and the answers of the others are cut
   * off from the caller, while what the vendor does is still settled. Gives the ids of those never sent.
   */
  stop(keyId: string): string[];
  /** How many calls are under way. */
  count(): number;
  /** Resolves when no call is under way. */
  drained(): Promise<void>;
}

export function createInFlight(): InFlight {
  const calls = new Map<string, Set<Call>>();
  const waiting = new Set<() => void>();

  return {
    add(keyId, call) {
      const ofKey = calls.get(keyId) ?? new Set<Call>();
      calls.set(keyId, ofKey.add(call));
      return () => {
        ofKey.delete(call);
        if (ofKey.size === 0 && calls.get(keyId) === ofKey) calls.delete(keyId);
        if (calls.size === 0) for (const resolve of waiting) resolve();
      };
    },
    stop(keyId) {
      const neverSent: string[] = [];
      for (const call of calls.get(keyId) ?? []) {
        call.stopped = true;
        if (!call.sent) neverSent.push(call.requestId);
        else if (call.response.headersSent) call.response.destroy();
      }
      return neverSent;
    },
    count: () => [...calls.values()].reduce((sum, ofKey) => sum + ofKey.size, 0),
    drained() {
      if (calls.size === 0) return Promise.resolve();
      return new Promise((resolve) => waiting.add(resolve));
    },
  };
}
