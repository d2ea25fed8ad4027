import type { ConnectionOptions } from "node:tls";
import { Cluster, Redis, type RedisOptions } from "ioredis";
import { parseRedisUrl } from "./address.ts";

/** Either kind speaks the same commands. */
export type RedisClient = Redis | Cluster;

const LONGEST_PAUSE_MS = 1000;
const MOST_REDIRECTIONS = 5;

/** How to reach a Redis. */
export interface ConnectOptions {
  url: string;
  timeoutMs: number;
  tls?: ConnectionOptions | undefined;
}

/**
 * Makes a client that connects at `connect()`, and from then on again and again. Nothing waits in it for a
 * connection, and nothing is sent twice by it: a step that its caller has given up must not happen later.
 * What was already on its way may still happen; every step is harmless then, since each is one by its id.
 */
export function createClient({ url, timeoutMs, tls }: ConnectOptions): RedisClient {
  const address = parseRedisUrl(url);
  const { username, password, nodes } = address;
  const common = {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(address.tls ? { tls: tls ?? {} } : {}),
    commandTimeout: timeoutMs,
    connectTimeout: timeoutMs,
    // A line that went dead without a word is left: another one may work, or lead to another server.
    socketTimeout: 2 * timeoutMs,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectionName: "keybrake",
  } satisfies RedisOptions;
  const own = {
    lazyConnect: true,
    enableOfflineQueue: false,
    retryStrategy: toPause,
    // A master that has become a replica takes no writes: whoever is master now is behind a new connection.
    reconnectOnError: (error: Error) => error.message.startsWith("READONLY"),
  };
  const client = toClient();
  // Each failed step tells its own caller; without a listener the client would print besides.
  client.on("error", ({ message }: Error) => {
    // The client would go on in database 0, with other books.
    if (message.includes("DB index")) client.disconnect();
  });
  return client;

  function toClient(): RedisClient {
    if (address.kind === "cluster") {
      return new Cluster(nodes, {
        lazyConnect: true,
        enableOfflineQueue: false,
        clusterRetryStrategy: toPause,
        maxRedirections: MOST_REDIRECTIONS,
        slotsRefreshTimeout: timeoutMs,
        redisOptions: common,
      });
    }
    if (address.kind === "sentinel") {
      return new Redis({
        ...common,
        ...own,
        sentinels: nodes,
        name: address.name ?? "",
        db: address.db,
        sentinelRetryStrategy: toPause,
        ...(address.tls ? { enableTLSForSentinelMode: true, sentinelTLS: tls ?? {} } : {}),
      });
    }
    return new Redis({ ...common, ...own, ...nodes[0], db: address.db });
  }
}

function toPause(times: number): number {
  return Math.min(50 * times, LONGEST_PAUSE_MS);
}
