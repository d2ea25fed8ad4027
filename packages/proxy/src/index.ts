/**
 * The Keybrake proxy, as a library.
 *
 * @module
 */
export type * from "@keybrake/ledger";
export {
  createMemoryLedger,
  createRedisLedger,
  createSqliteLedger,
  LedgerOpenError,
  LedgerSettingsError,
  type RedisLedgerOptions,
  type SqliteLedgerOptions,
} from "@keybrake/ledger";
export { backUpLedger } from "./config/back-up-ledger.ts";
export { type ProxyConfig, readConfigFile } from "./config/config.ts";
export { ConfigError } from "./config/config-error.ts";
export { type CallSummary, createProxy, type Proxy, type ProxyOptions } from "./create-proxy.ts";
export { ListenError } from "./server.ts";
