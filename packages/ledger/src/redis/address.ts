import { LedgerSettingsError } from "../ledger-settings-error.ts";

/** Where a Redis is, and who may enter. */
export interface RedisAddress {
  kind: "single" | "sentinel" | "cluster";
  nodes: { host: string; port: number }[];
  tls: boolean;
  username?: string;
  password?: string;
  /** The number of the database; a cluster has only 0. */
  db: number;
  /** The name that the sentinels know the master by. */
  name?: string;
}

const DEFAULT_PORTS = { single: 6379, sentinel: 26_379, cluster: 6379 };
const SHAPE =
  /^(rediss?)(?:\+(sentinel|cluster))?:\/\/(?:([^@/?#]*)@)?([^@/?#]+)(?:\/(\d*))?(?:\?name=([^&#]+))?$/;

/**
 * Reads `redis://host`, `redis+sentinel://host,host/0?name=mymaster` or `redis+cluster://host,host`; with `rediss`
 * all connections are encrypted.
 *
 * @throws {LedgerSettingsError} it is none of these; it never quotes the URL, which may hold a password
 */
export function parseRedisUrl(url: string): RedisAddress {
  const match = SHAPE.exec(url);
  if (!match) throw toError("is not a URL such as redis://host:6379/0");
  const [, scheme, extra, credentials = "", hosts = "", db, name] = match;
  const kind = extra === "sentinel" || extra === "cluster" ? extra : "single";
  const nodes = hosts.split(",").map((host) => toNode(host, DEFAULT_PORTS[kind]));
  if (kind === "single" && nodes.length > 1) {
    throw toError("names several hosts: write redis+cluster:// or redis+sentinel://");
  }
  if ((kind === "sentinel") !== (name !== undefined)) {
    throw toError("takes ?name=, the master's name, with redis+sentinel:// and with nothing else");
  }
  if (kind === "cluster" && Number(db) > 0) throw toError("names a database, but a cluster has only 0");
  const [username, password] = splitCredentials(credentials);
  return {
    kind,
    nodes,
    tls: scheme === "rediss",
    ...(username === "" ? {} : { username }),
    ...(password === "" ? {} : { password }),
    db: Number(db ?? 0),
    ...(name === undefined ? {} : { name: decode(name, "a master's name") }),
  };
}

function toNode(text: string, defaultPort: number): { host: string; port: number } {
  if (!URL.canParse(`redis://${text}`)) throw toError("has a host that can't be read");
  // Only http tells a port 80 from none.
  const { hostname, port } = new URL(`redis://${text}`);
  return { host: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? defaultPort : Number(port) };
}

function splitCredentials(text: string): [username: string, password: string] {
  const colon = text.indexOf(":");
  const parts = colon < 0 ? [text, ""] : [text.slice(0, colon), text.slice(colon + 1)];
  const [username = "", password = ""] = parts.map((part) => decode(part, "a user or a password"));
  return [username, password];
}

function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw toError(`has ${what} that is not percent-encoded`);
  }
}

function toError(what: string): LedgerSettingsError {
  return new LedgerSettingsError(`store: the address of Redis ${what}`);
}
