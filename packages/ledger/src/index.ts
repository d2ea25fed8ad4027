/**
 * The Keybrake ledger: vault keys, holds, caps, budgets and the audit log, kept in memory, in SQLite or in Redis.
 *
 * @module
 */
export { findFreeze } from "./decide/freezing.ts";
export { fitCall, getBudgetRemaining, getRemaining } from "./decide/limits.ts";
export { getDayEnd, toTimestamp, toUtcDay } from "./decide/window.ts";
export type * from "./freeze.ts";
export type * from "./ledger.ts";
export { LedgerOpenError } from "./ledger-open-error.ts";
export { LedgerSettingsError } from "./ledger-settings-error.ts";
export { createMemoryLedger } from "./memory/create-memory-ledger.ts";
export type { Price } from "./price.ts";
export { parseRedisUrl } from "./redis/address.ts";
export { createRedisLedger, type RedisLedgerOptions } from "./redis/create-redis-ledger.ts";
export { backUpDatabase } from "./sqlite/back-up-database.ts";
export { createSqliteLedger, type SqliteLedgerOptions } from "./sqlite/create-sqlite-ledger.ts";
