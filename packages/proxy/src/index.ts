/**
 * The Keybrake proxy, as a library.
 *
 * @module
 */
export { ConfigError, type ProxyConfig, readConfigFile } from "./config.ts";
export { type CallSummary, createProxy, type Proxy, type ProxyOptions } from "./create-proxy.ts";
export { ListenError } from "./server.ts";
export { createMemoryStore } from "./stores/memory.ts";
export type * from "./stores/store.ts";
