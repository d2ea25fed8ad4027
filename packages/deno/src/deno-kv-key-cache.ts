import { createKeyCache, type KeyCache, type KeyCacheOptions, type KeyCacheStore } from "@keybrake/core";
import type { DenoKv, DenoKvEntry } from "./deno-kv.ts";

/**
 * A key cache whose sessions are kept in Deno KV, encrypted, so that isolates share them. They are the entries under
 * `["keybrake", "sessions"]`; Deno removes each some time after its keys have ended.
 *
 * @example
 * const sessions = denoKvKeyCache(await Deno.openKv());
 * await sessions.use("chat-42", policy, (key) => key.fetch("/v1/charges", { method: "POST", body }));
 * await sessions.end("chat-42");
 */
export function denoKvKeyCache(kv: DenoKv, options: Omit<KeyCacheOptions, "store"> = {}): KeyCache {
  return createKeyCache({ ...options, store: createDenoKvStore(kv) });
}

/** The sessions of a key cache as entries of a Deno KV. */
export function createDenoKvStore(kv: DenoKv): KeyCacheStore {
  const find = (name: string): Promise<DenoKvEntry> => kv.get(["keybrake", "sessions", name]);
  const textOf = ({ value }: DenoKvEntry): string | undefined =>
    typeof value === "string" ? value : undefined;

  return {
    get: async (name) => textOf(await find(name)),
    async replace(name, expected, value, ttlMs) {
      const entry = await find(name);
      if (textOf(entry) !== expected) return false;
      const change = kv.atomic().check(entry);
      if (value === undefined) change.delete(entry.key);
      else change.set(entry.key, value, { expireIn: ttlMs });
      return (await change.commit()).ok;
    },
  };
}
