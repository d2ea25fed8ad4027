import { ConfigError } from "../config-error.ts";

/** Which ledger a configuration names. */
export type StoreSpec = { kind: "memory" } | { kind: "sqlite"; path: string; synchronous: "full" | "normal" };

/**
 * Reads the `store` of a configuration: `memory`, or `sqlite:PATH`, with `?synchronous=normal` or nothing after it.
 *
 * @throws {ConfigError} it names no store; what it says is not repeated, as it may hold a password
 */
export function parseStore(text: string): StoreSpec {
  if (text === "memory") return { kind: "memory" };
  if (text.startsWith("sqlite:")) return parseSqlite(text.slice("sqlite:".length));
  throw new ConfigError('store: must be "memory" or "sqlite:PATH"');
}

function parseSqlite(text: string): StoreSpec {
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
