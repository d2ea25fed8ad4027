import { makeLedger } from "./audit-entries.ts";
import type { BenchContext } from "./bench-context.ts";
import { coreSize } from "./core-size.ts";
import { measureFsync } from "./fsync.ts";
import { issueKeys } from "./live-keys.ts";
import type { Round, Target } from "./measure.ts";
import { compare, cpuFigure, type Figure, latencyFigure, memoryFigure, type Scenario } from "./scenario.ts";
import { sdkOverhead } from "./sdk-overhead.ts";
import {
  type KeybrakeTarget,
  pay,
  payWithUnknownKey,
  readFile,
  readPayment,
  type StoreName,
  startBare,
  startKeybrakeTarget,
  startPeer,
  startPortkey,
  transfer,
} from "./targets.ts";

/** Keys need more heap than Node gives itself on a small machine. */
const HEAP_FOR_KEYS = 8_192;

/** Keybrake beside the bare pass-through, both with the same request. */
function beside(
  name: string,
  options: KeybrakeTarget,
  figures: readonly Figure[],
  connections = 64,
): Scenario {
  const { request = pay, tls = false } = options;
  return compare({
    name,
    connections,
    startBaseline: (context) => startBare(context, { request, tls }),
    startSubject: (context) => startKeybrakeTarget(context, { ...options, profile: name }),
    figures,
  });
}

/** A refused call beside an allowed one. */
function refused(status: number, limit: number, options: KeybrakeTarget): Scenario {
  const name = `refused-${status}`;
  return compare({
    name,
    startBaseline: (context) => startKeybrakeTarget(context),
    startSubject: (context) => startKeybrakeTarget(context, { ...options, status, profile: name }),
    figures: [cpuFigure(name, `CPU, refused ${status}, of an allowed call on memory`, { limit, goal: 0.25 })],
  });
}

function liveKeys(name: string, count: number, store: StoreName, figures: readonly Figure[]): Scenario {
  return compare({
    name,
    keep: true,
    startBaseline: (context) => startKeybrakeTarget(context, { store, heap: HEAP_FOR_KEYS }),
    startSubject: (context) =>
      startKeybrakeTarget(context, {
        store,
        heap: HEAP_FOR_KEYS,
        profile: name,
        prepare: (proxy) => issueKeys(context, proxy, count),
      }),
    figures,
  });
}

function bytesPerKey(id: string, store: string, count: number): Figure {
  return {
    id,
    title: `memory per live key, ${store}`,
    unit: "B",
    limit: 1000,
    goal: 600,
    read: ({ baseline, subject }: Round) => (subject.residentBytes - baseline.residentBytes) / count,
  };
}

function auditEntries(name: string, entries: number, figures: readonly Figure[]): Scenario {
  const startWith = async (context: BenchContext, count: number, profile?: string): Promise<Target> =>
    startKeybrakeTarget(context, {
      store: "sqlite-normal",
      existing: await makeLedger(context, count),
      ...(profile === undefined ? {} : { profile }),
    });
  return compare({
    name,
    keep: true,
    startBaseline: (context) => startWith(context, 3),
    startSubject: (context) => startWith(context, entries, name),
    figures,
  });
}

const sqliteFull: Scenario = {
  name: "sqlite-full",
  async run(context, options) {
    const fsync = measureFsync(await context.makeDirectory());
    context.log(`  one fsync takes ${fsync.toFixed(0)} µs here`);
    const scenario = beside("sqlite-full", { store: "sqlite-full" }, [
      cpuFigure("sqlite-full", "CPU, SQLite FULL", { limit: 2.4, goal: 1.6 }),
      latencyFigure("sqlite-full-p50", "p50 at one connection, SQLite FULL", { limit: 3.6 }),
      {
        id: "sqlite-full-fsyncs",
        title: "p50 at one connection, SQLite FULL: what it adds, in fsyncs of this disk",
        unit: "fsyncs",
        goal: 2,
        read: ({ baseline, subject }) => (subject.p50Alone - baseline.p50Alone) / fsync,
      },
    ]);
    return await scenario.run(context, options);
  },
};

function peer(name: string, start: (context: BenchContext) => Promise<Target>): Scenario {
  return compare({
    name,
    startBaseline: (context) => startBare(context),
    startSubject: start,
    figures: [
      cpuFigure(name, `CPU, ${name} as a plain pass-through`),
      latencyFigure(`${name}-p50`, `p50 at one connection, ${name}`),
      memoryFigure(`${name}-rss`, `memory after load, ${name}`),
    ],
  });
}

/** All of them, in the order of the results. */
export const scenarios: readonly Scenario[] = [
  beside("memory", {}, [
    cpuFigure("memory", "CPU, memory", { limit: 1.8, goal: 1.25 }),
    latencyFigure("memory-p50", "p50 at one connection, memory", { limit: 1.3, goal: 1.1 }),
    memoryFigure("memory-rss", "memory after load", { limit: 1.8, goal: 1.3 }),
  ]),
  beside("sqlite-normal", { store: "sqlite-normal" }, [
    cpuFigure("sqlite-normal", "CPU, SQLite NORMAL", { limit: 2, goal: 1.4 }),
    latencyFigure("sqlite-normal-p50", "p50 at one connection, SQLite NORMAL", { limit: 1.6, goal: 1.3 }),
  ]),
  sqliteFull,
  beside("redis", { store: "redis" }, [
    cpuFigure("redis", "CPU, Redis", { limit: 2.6, goal: 1.5 }),
    latencyFigure("redis-p50", "p50 at one connection, Redis", { limit: 2, goal: 1.5 }),
  ]),
  refused(429, 0.35, { policy: { daily_usd_cap: 0.01 } }),
  refused(403, 0.3, { request: transfer }),
  refused(401, 0.25, { request: payWithUnknownKey }),
  beside("budgets", { policy: { budgets: Array.from({ length: 8 }, (_, index) => `bench:${index}`) } }, [
    cpuFigure("budgets", "CPU, 8 budgets a key, memory", { limit: 2, goal: 1.3 }),
  ]),
  beside("free-get", { request: readPayment }, [
    cpuFigure("free-get", "CPU, free GET, memory", { limit: 1.5, goal: 1.15 }),
  ]),
  beside("streaming", { request: readFile }, [cpuFigure("streaming", "CPU, response of 1 MB, memory")], 8),
  beside("tls", { tls: true }, [cpuFigure("tls", "CPU, vendor over TLS, memory (beside bare over TLS)")]),
  liveKeys("keys-100k", 100_000, "memory", [cpuFigure("keys-100k", "CPU, 1 → 100,000 live keys, memory")]),
  liveKeys("keys-1m", 1_000_000, "memory", [
    cpuFigure("keys-1m", "CPU, 1 → 1,000,000 live keys, memory", { limit: 1.2, goal: 1.05 }),
    bytesPerKey("bytes-per-key-memory", "memory store", 1_000_000),
  ]),
  liveKeys("keys-1m-sqlite", 1_000_000, "sqlite-normal", [
    cpuFigure("keys-1m-sqlite", "CPU, 1 → 1,000,000 live keys, SQLite NORMAL", { limit: 1.2, goal: 1.05 }),
    bytesPerKey("bytes-per-key-sqlite", "SQLite store", 1_000_000),
  ]),
  auditEntries("audit-1m", 1_000_000, [cpuFigure("audit-1m", "CPU, 3 → 1,000,000 SQLite audit entries")]),
  auditEntries("audit-10m", 10_000_000, [
    cpuFigure("audit-10m", "CPU, 3 → 10,000,000 SQLite audit entries", { limit: 1.2, goal: 1.05 }),
  ]),
  sdkOverhead,
  coreSize,
  peer("fastify-http-proxy", (context) => startPeer(context, "fastify-http-proxy")),
  peer("http-proxy-middleware", (context) => startPeer(context, "http-proxy-middleware")),
  peer("portkey-gateway", startPortkey),
];
