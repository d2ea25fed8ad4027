/**
 * Vault keys for Deno: sessions in Deno KV, clients of tenants, and Deno Queues.
 *
 * @module
 */
export type { DenoKv } from "./deno-kv.ts";
export { denoKvKeyCache } from "./deno-kv-key-cache.ts";
export { getTenantClient } from "./get-tenant-client.ts";
export { type ListenQueueOptions, listenQueue } from "./listen-queue.ts";
