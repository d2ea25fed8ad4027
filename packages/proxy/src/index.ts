/**
 * The Keybrake proxy, as a library.
 *
 * @module
 */
export { type ProxyConfig, readConfigFile } from "./config.ts";
export { ConfigError } from "./config-error.ts";
export { type CallSummary, createProxy, type Proxy, type ProxyOptions } from "./create-proxy.ts";
export { ListenError } from "./server.ts";
export { backUpStore } from "./stores/back-up-store.ts";
export { createMemoryStore } from "./stores/memory.ts";
export { createRedisStore, type RedisStoreOptions } from "./stores/redis.ts";
export { createSqliteStore, type SqliteStoreOptions } from "./stores/sqlite.ts";
export type * from "./stores/store.ts";
export { StoreOpenError } from "./stores/store-open-error.ts";
