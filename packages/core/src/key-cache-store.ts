/**
 * Where a key cache keeps its sessions, so that processes can share them: a register of texts, each changed only by
 * who has seen its present value. What it holds is sealed already, and means nothing without the Keybrake token.
 *
 * `keyCacheStoreCases` of `@keybrake/testing/key-cache-store-cases` says in runnable form what a store must do.
 */
export interface KeyCacheStore {
  /**
   * The present value of a name. It must be the newest one: no reading from a replica that may lag behind. A value
   * may be given out after its time is over, since the cache looks at the time itself.
   */
  get(name: string): Promise<string | undefined>;
  /**
   * Sets a value in one atomic step, only where the present value is `expected`; `undefined` stands for none, on
   * both sides. Resolves with whether it did.
   *
   * @param ttlMs milliseconds after which the store may forget the value, and should; whole, at least 1
   */
  replace(
    name: string,
    expected: string | undefined,
    value: string | undefined,
    ttlMs: number,
  ): Promise<boolean>;
}

/** A store of this process alone. It forgets a value when its time is over. */
export function createMemoryKeyCacheStore(): KeyCacheStore {
  const values = new Map<string, { value: string; endsAt: number }>();

  function read(name: string): string | undefined {
    const found = values.get(name);
    return found && found.endsAt > Date.now() ? found.value : undefined;
  }

  /** From the oldest on: lives are of like length, so the first that still lives ends the search. */
  function forgetOld(): void {
    for (const [name, { endsAt }] of values) {
      if (endsAt > Date.now()) return;
      values.delete(name);
    }
  }

  return {
    async get(name) {
      return read(name);
    },
    async replace(name, expected, value, ttlMs) {
      if (read(name) !== expected) return false;
      values.delete(name);
      if (value !== undefined) values.set(name, { value, endsAt: Date.now() + ttlMs });
      forgetOld();
      return true;
    },
  };
}
