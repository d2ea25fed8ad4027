import { createMemoryStore } from "./memory.ts";
import { createRedisStore, type RedisStoreOptions } from "./redis.ts";
import { createSqliteStore } from "./sqlite.ts";
import type { Store } from "./store.ts";
import type { StoreSpec } from "./store-spec.ts";

/** How to use a Redis, wherever it is. */
export type RedisSettings = Required<Pick<RedisStoreOptions, "prefix" | "timeoutMs" | "waitForReplicas">>;

/**
 * Opens the ledger that a configuration names.
 *
 * @param options.clock ms since the epoch. Default: the ledger's own
 * @param options.retentionMs how long audit entries, and keys that have ended, are kept
 * @throws {StoreOpenError} it can't be opened
 */
export function openStore(
  spec: StoreSpec,
  {
    clock,
    retentionMs,
    redis,
  }: { clock?: (() => number) | undefined; retentionMs: number; redis: RedisSettings },
): Store {
  switch (spec.kind) {
    case "memory":
      return createMemoryStore(clock);
    case "sqlite": {
      const { path, synchronous } = spec;
      return createSqliteStore({ path, synchronous, retentionMs, ...(clock ? { clock } : {}) });
    }
    case "redis":
      return createRedisStore({ ...redis, url: spec.url.reveal(), retentionMs, ...(clock ? { clock } : {}) });
  }
}
