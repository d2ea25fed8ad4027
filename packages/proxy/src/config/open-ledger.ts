import type { Ledger } from "@keybrake/ledger";
import { createMemoryLedger, createRedisLedger, createSqliteLedger } from "@keybrake/ledger";
import type { ResolvedConfig } from "./config.ts";
import { readSettings } from "./config-error.ts";

/**
 * Opens the ledger that a configuration names.
 *
 * @param clock ms since the epoch. Default: the ledger's own
 * @throws {LedgerOpenError} it can't be opened
 * @throws {ConfigError} it can't be used as the configuration wants
 */
export function openLedger(
  { store: spec, retentionMs, redis }: ResolvedConfig,
  clock?: () => number,
): Ledger {
  const common = { retentionMs, ...(clock ? { clock } : {}) };
  switch (spec.kind) {
    case "memory":
      return createMemoryLedger(clock);
    case "sqlite": {
      const { path, synchronous } = spec;
      return createSqliteLedger({ path, synchronous, ...common });
    }
    case "redis":
      return readSettings(() => createRedisLedger({ url: spec.url.reveal(), ...redis, ...common }));
  }
}
