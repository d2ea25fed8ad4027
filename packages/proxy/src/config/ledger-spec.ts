import { parseRedisUrl } from "@keybrake/ledger";
import { Secret } from "../secrets.ts";
import { ConfigError, readSettings } from "./config-error.ts";
import { resolveSecret } from "./resolve-secret.ts";

/** Which ledger a configuration names. */
export type LedgerSpec =
  | { kind: "memory" }
  | { kind: "sqlite"; path: string; synchronous: "full" | "normal" }
  | { kind: "redis"; url: Secret };

/**
 * Reads the `store` of a configuration: `memory`, `sqlite:PATH`, with `?synchronous=normal` or nothing after it, or
 * the URL of a Redis; any of them as `env:NAME` or `file:PATH` too.
 *
 * @throws {ConfigError} it names no store; what it says is not repeated, as it may hold a password
 */
export function parseLedgerSpec(store: string, environment: NodeJS.ProcessEnv = process.env): LedgerSpec {
  const isReference = /^(env|file):/.test(store);
  const text = isReference ? resolveSecret(store, "store", environment).reveal() : store;
  if (text === "memory") return { kind: "memory" };
  if (text.startsWith("sqlite:")) return parseSqlite(text.slice("sqlite:".length));
  if (/^rediss?[:+]/.test(text)) return parseRedis(text);
  throw new ConfigError('store: must be "memory", "sqlite:PATH" or "redis://HOST"');
}

function parseSqlite(text: string): LedgerSpec {
  const [path = "", query = ""] = text.split("?", 2);
  if (path === "") throw new ConfigError('store: "sqlite:" must be followed by the path of a file');
  const settings = new URLSearchParams(query);
  const synchronous = settings.get("synchronous") ?? "full";
  if ([...settings.keys()].some((name) => name !== "synchronous"))
    throw new ConfigError('store: "synchronous" is all that may be set for SQLite');
  if (synchronous !== "full" && synchronous !== "normal")
    throw new ConfigError('store: synchronous must be "full" or "normal"');
  return { kind: "sqlite", path, synchronous };
}

function parseRedis(text: string): LedgerSpec {
  // Whatever is wrong with it is told here, not when it is opened.
  readSettings(() => parseRedisUrl(text));
  return { kind: "redis", url: new Secret(text) };
}
