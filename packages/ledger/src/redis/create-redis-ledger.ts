import type { ConnectionOptions } from "node:tls";
import type { Ledger } from "../ledger.ts";
import { LedgerSettingsError } from "../ledger-settings-error.ts";
import { parseRedisUrl } from "./address.ts";
import { createAuditOperations } from "./audit-operations.ts";
import { findLosses } from "./find-losses.ts";
import { createFreezeOperations } from "./freeze-operations.ts";
import { createKeyOperations } from "./key-operations.ts";
import { createMoneyOperations } from "./money-operations.ts";
import { createRevocations } from "./revocations.ts";
import { createScriptRunner } from "./script-runner.ts";
import { createSweepOperations } from "./sweep-operations.ts";

/** How to reach a Redis, and how to keep the books in it. */
export interface RedisLedgerOptions {
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
 * @throws {LedgerSettingsError} the URL can't be read, or `waitForReplicas` is set for a cluster
 * @example
 * const store = createRedisLedger({ url: "redis://127.0.0.1:6379" });
 * const proxy = createProxy(config, { store });
 */
export function createRedisLedger(options: RedisLedgerOptions): Ledger {
  const { retentionMs = 365 * DAY_MS } = options;
  const { url, waitForReplicas = 0 } = options;
  if (waitForReplicas > 0 && parseRedisUrl(url).kind === "cluster")
    throw new LedgerSettingsError("redis.wait_for_replicas: not supported with a Redis cluster");
  const ledger = createScriptRunner({
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
  const { tellListeners, stop, ...audit } = createAuditOperations(ledger);
  const money = createMoneyOperations(ledger);

  return {
    ...createKeyOperations(ledger, retentionMs),
    ...createFreezeOperations(ledger),
    ...money,
    ...audit,
    ...createSweepOperations(ledger, revocations.tell),
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
