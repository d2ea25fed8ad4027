import type { ResolvedConfig } from "../config.ts";
import { createMemoryStore } from "./memory.ts";
import { createRedisStore } from "./redis.ts";
import { createSqliteStore } from "./sqlite.ts";
import type { Store } from "./store.ts";

/**
 * Opens the ledger that a configuration names.
 *
 * @param clock ms since the epoch. Default: the ledger's own
 * @throws {StoreOpenError} it can't be opened
 * @throws {ConfigError} it can't be used as the configuration wants
 */
export function openStore({ store: spec, retentionMs, redis }: ResolvedConfig, clock?: () => number): Store {
  const common = { retentionMs, ...(clock ? { clock } : {}) };
  switch (spec.kind) {
    case "memory":
      return createMemoryStore(clock);
    case "sqlite": {
      const { path, synchronous } = spec;
      return createSqliteStore({ path, synchronous, ...common });
    }
    case "redis":
      return createRedisStore({ url: spec.url.reveal(), ...redis, ...common });
  }
}
