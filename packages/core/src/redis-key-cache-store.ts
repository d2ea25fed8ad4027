import type { KeyCacheStore } from "./key-cache-store.ts";

/** Sends one command to a Redis or a Valkey, and gives its answer: with any client, to a single server or a cluster. */
export type SendRedisCommand = (command: string, ...args: string[]) => Promise<unknown>;

/** KEYS: the name. ARGV: the value expected ("" for none), the new one ("" for none), its life in ms. 1 where it did. */
const REPLACE = `
local present = redis.call("GET", KEYS[1]) or ""
if present ~= ARGV[1] then return 0 end
if ARGV[2] == "" then redis.call("DEL", KEYS[1]) else redis.call("SET", KEYS[1], ARGV[2], "PX", ARGV[3]) end
return 1`;

/**
 * Keeps the sessions of a key cache in Redis, encrypted, so that processes share them. The names begin with
 * `keybrake:sessions:`; Redis removes each some time after its keys have ended. Read from the primary: a replica may
 * lag behind.
 *
 * @example
 * import { Redis } from "ioredis";
 *
 * const redis = new Redis("redis://127.0.0.1:6379");
 * const store = createRedisKeyCacheStore((command, ...args) => redis.call(command, ...args));
 * const sessions = createKeyCache({ store });
 * @example
 * // With node-redis:
 * const store = createRedisKeyCacheStore((...command) => client.sendCommand(command));
 */
export function createRedisKeyCacheStore(send: SendRedisCommand): KeyCacheStore {
  const keyOf = (name: string): string => `keybrake:sessions:${name}`;

  return {
    async get(name) {
      const value = await send("GET", keyOf(name));
      return value === null || value === undefined ? undefined : String(value);
    },
    async replace(name, expected = "", value = "", ttlMs) {
      const did = await send("EVAL", REPLACE, "1", keyOf(name), expected, value, String(ttlMs));
      return Number(did) === 1;
    },
  };
}
