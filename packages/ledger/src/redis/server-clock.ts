/** The clock of the server, as this process knows it. */
export interface ServerClock {
  /** @throws {Error} the server has not been heard yet */
  now(): number;
  /**
   * Takes the server's time out of an answer.
   *
   * @param sentAt when the question went out, by this process's own clock
   */
  hear(serverNow: number, sentAt: number): void;
}

/**
 * Follows the server's clock by what its answers say. The time in an answer was right at some moment between the
 * question and the answer; as long as that fits what is known, nothing is changed, so that the clock does not tremble.
 */
export function createServerClock(): ServerClock {
  let aheadMs: number | undefined;
  return {
    now() {
      if (aheadMs === undefined) throw new Error("the ledger has not been heard yet");
      return Date.now() + aheadMs;
    },
    hear(serverNow, sentAt) {
      const least = serverNow - Date.now();
      const most = serverNow - sentAt;
      aheadMs = Math.max(least, Math.min(most, aheadMs ?? least));
    },
  };
}
