import type { ConnectionOptions } from "node:tls";
import { ConfigError } from "../config-error.ts";
import { parseRedisUrl } from "./redis/address.ts";
import { createAuditVerbs } from "./redis/audit-verbs.ts";
import { findLosses } from "./redis/find-losses.ts";
import { createKeyVerbs } from "./redis/key-verbs.ts";
import { createLedger } from "./redis/ledger.ts";
import { createMoneyVerbs } from "./redis/money-verbs.ts";
import { createRevocations } from "./redis/revocations.ts";
import { createSweepVerbs } from "./redis/sweep-verbs.ts";
import type { Store } from "./store.ts";

/** How to reach a Redis, and how to keep the books in it. */
export interface RedisStoreOptions {
  /**
   * `redis://user:password@host:6379/0`, `redis+sentinel://…@host:26379,host:26379/0?name=mymaster` or
   * `redis+cluster://…@host:6379,host:6379`; `rediss` in place of `redis` encrypts.
   */
  url: string;
  /** What all names begin with, so that others may use the same Redis. Default `"kb"`. */
  prefix?: string;
  /** How long a step may take before it counts as failed, in ms. Default 2000. */
  timeoutMs?: number;
  /**
   * How many replicas must have a step before it counts as done; fewer within `timeoutMs` is a failure, so that
   * nothing is forwarded. Default 0. Not for a cluster.
   */
  waitForReplicas?: number;
  /** How long audit entries, and keys that have ended, are kept, in ms. Default 365 days. */
  retentionMs?: number;
  /** Further settings of `rediss` connections, such as a certificate authority. */
  tls?: ConnectionOptions;
  /** Told at the first `ping` of each setting of the server by which it may lose the books. Default: a process warning. */
  onWarning?: (message: string) => void;
  /** For tests alone, ms since the epoch. Default: the time of the server, whatever this machine's clock says. */
  clock?: () => number;
}

const DAY_MS = 86_400_000;

/**
 * The ledger in Redis: many proxies share one, and so hold one cap. Every verb is one Lua script on the server.
 * It connects in the background; until it is connected, and whenever it is not, every verb rejects.
 *
 * @throws {ConfigError} the URL can't be read, or a cluster is to be waited for
 * @example
 * const store = createRedisStore({ url: "redis://127.0.0.1:6379" });
 * const proxy = createProxy(config, { store });
 */
export function createRedisStore(options: RedisStoreOptions): Store {
  const { retentionMs = 365 * DAY_MS } = options;
  const { url, waitForReplicas = 0 } = options;
  if (waitForReplicas > 0 && parseRedisUrl(url).kind === "cluster")
    throw new ConfigError("redis.wait_for_replicas: can't be had of a cluster");
  const ledger = createLedger({
    url,
    tls: options.tls,
    clock: options.clock,
    prefix: options.prefix ?? "kb",
    timeoutMs: options.timeoutMs ?? 2000,
    waitForReplicas,
    retentionMs,
  });
  const { onWarning = (message) => process.emitWarning(message, "KeybrakeWarning") } = options;
  let warned: Promise<void> | undefined;
  const revocations = createRevocations(ledger);
  const { tellListeners, stop, ...audit } = createAuditVerbs(ledger);
  const money = createMoneyVerbs(ledger);

  return {
    ...createKeyVerbs(ledger, retentionMs),
    ...money,
    ...audit,
    ...createSweepVerbs(ledger, revocations.tell),
    async settle(attemptId, outcome, draft) {
      const settlement = await money.settle(attemptId, outcome, draft);
      tellListeners();
      return settlement;
    },
    onRevoke: revocations.onRevoke,
    now: ledger.now,
    async ping() {
      await ledger.ping();
      warned ??= findLosses(ledger).then((losses) => {
        for (const loss of losses) onWarning(`The ledger's Redis may lose its books: ${loss}`);
      });
      await warned;
    },
    async close() {
      stop();
      revocations.stop();
      await ledger.close();
    },
  };
}
