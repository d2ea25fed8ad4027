import { createMemoryStore } from "./memory.ts";
import { createRedisStore } from "./redis.ts";
import { createSqliteStore } from "./sqlite.ts";
import type { Store } from "./store.ts";
import type { StoreSpec } from "./store-spec.ts";

/**
 * Opens the ledger that a configuration names.
 *
 * @param options.clock ms since the epoch. Default: the ledger's own
 * @param options.retentionMs how long audit entries, and keys that have ended, are kept
 * @throws {StoreOpenError} it can't be opened
 */
export function openStore(
  spec: StoreSpec,
  { clock, retentionMs }: { clock?: (() => number) | undefined; retentionMs: number },
): Store {
  switch (spec.kind) {
    case "memory":
      return createMemoryStore(clock);
    case "sqlite": {
      const { path, synchronous } = spec;
      return createSqliteStore({ path, synchronous, retentionMs, ...(clock ? { clock } : {}) });
    }
    case "redis": {
      const { kind: _kind, url, ...settings } = spec;
      return createRedisStore({ ...settings, url: url.reveal(), retentionMs, ...(clock ? { clock } : {}) });
    }
  }
}
