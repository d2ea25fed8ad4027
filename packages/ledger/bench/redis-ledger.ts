/**
 * What a call costs in the ledger, in memory and in Redis: `node --conditions=keybrake-source
 * packages/ledger/bench/redis-ledger.ts`. One key and one budget; each call reserves, settles and is entered. It starts
 * a Redis of its own.
 */

import { Redis } from "ioredis";
import { type RedisServer, startRedis } from "../../../tooling/redis-server.ts";
import { createMemoryLedger, createRedisLedger } from "../src/index.ts";
import type { AuditDraft, KeyRecord, Ledger } from "../src/ledger.ts";

const CONCURRENCY = 64;
const WARM_UP = 2_000;
const CALLS = 15_000;
const KEYS = 2_000;

const settings: [name: string, args: string[]][] = [
  ["Redis, nothing on disk", []],
  ["Redis, appendfsync everysec", ["--appendonly", "yes", "--appendfsync", "everysec"]],
  ["Redis, appendfsync always", ["--appendonly", "yes", "--appendfsync", "always"]],
];

await measure("memory", createMemoryLedger());
for (const [name, args] of settings) {
  const redis = await startRedis({ args });
  await measureRedis(name, redis);
  await redis.remove();
}

async function measureRedis(name: string, server: RedisServer): Promise<void> {
  const admin = new Redis(server.url);
  const store = createRedisLedger({ url: server.url });
  await store.ping();
  const read = async (field: string): Promise<number> =>
    Number(new RegExp(`${field}:([\\d.]+)`).exec(await admin.info())?.[1]);
  const readCpu = async (): Promise<number> => (await read("used_cpu_user")) + (await read("used_cpu_sys"));
  const emptyBytes = await read("used_memory");
  for (let count = 0; count < KEYS; count++) await store.createKey(toRecord(`key_spare_${count}`));
  const keysBytes = await read("used_memory");
  const bare = await measureBareScript(admin);
  const cpuBefore = await readCpu();
  await measure(name, store);
  const calls = CALLS + WARM_UP;
  const cpu = (((await readCpu()) - cpuBefore) * 1e6) / calls;
  const bytes = ((await read("used_memory")) - keysBytes) / calls;
  console.log(
    `  server: ${cpu.toFixed(0)} µs CPU a call (${bare.toFixed(0)} for a script that does nothing), ${bytes.toFixed(0)} bytes a call, ${((keysBytes - emptyBytes) / KEYS).toFixed(0)} bytes a key`,
  );
  admin.disconnect();
}

/** What the server spends on the protocol alone, in µs. */
async function measureBareScript(admin: Redis): Promise<number> {
  const readCpu = async (): Promise<number> => {
    const info = await admin.info("cpu");
    const values = ["used_cpu_user", "used_cpu_sys"].map(
      (field) => new RegExp(`${field}:([\\d.]+)`).exec(info)?.[1],
    );
    return values.reduce((sum, value) => sum + Number(value), 0);
  };
  const before = await readCpu();
  for (let round = 0; round < 100; round++) {
    await Promise.all(
      Array.from({ length: CONCURRENCY }, () => admin.eval("return 1", 1, "kb", "x".repeat(600))),
    );
  }
  return (((await readCpu()) - before) * 1e6) / (100 * CONCURRENCY);
}

async function measure(name: string, store: Ledger): Promise<void> {
  await store.putBudget("acme", "team", { totalCapMicroUsd: 9e14 });
  await store.createKey(toRecord("key_1"));
  let next = 0;
  const run = async (calls: number): Promise<number[]> => {
    const last = next + calls;
    const latencies: number[] = [];
    const work = async (): Promise<void> => {
      while (next < last) {
        const startedAt = performance.now();
        await call(store, next++);
        latencies.push(performance.now() - startedAt);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, work));
    return latencies.sort((a, b) => a - b);
  };
  await run(WARM_UP);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const latencies = await run(CALLS);
  const seconds = (performance.now() - startedAt) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const p50 = latencies[Math.floor(latencies.length / 2)] ?? 0;
  console.log(
    `${name}: ${Math.round(CALLS / seconds)} calls/s, p50 ${p50.toFixed(2)} ms, ${((user + system) / CALLS).toFixed(0)} µs CPU a call`,
  );
  await store.close();
}

async function call(store: Ledger, count: number): Promise<void> {
  const id = `req_${String(count).padStart(22, "0")}`;
  const draft = toDraft(id);
  await store.findKey("hash_of_key_1");
  await store.reserve({
    attemptId: id,
    keyId: "key_1",
    price: { kind: "amount", microUsd: 20_000_000 },
    giveUpAfterMs: 125_000,
    abandoned: draft,
  });
  await store.settle(id, { kind: "effect", costMicroUsd: 20_000_000 }, draft);
}

function toRecord(id: string): KeyRecord {
  const now = Date.now();
  return {
    id,
    tenant: "acme",
    parentId: null,
    tokenHash: `hash_of_${id}`,
    label: "agent run 4711",
    vendor: "stripe",
    mode: "live",
    policy: {
      allowedEndpoints: ["POST /v1/charges", "GET /v1/charges/*"],
      totalCapMicroUsd: 9e14,
      budgets: ["team"],
      shadow: false,
      accounts: [],
      allowRecurring: false,
      injectIdempotency: false,
      within: [],
      metadata: { run: "4711" },
    },
    createdAt: now,
    expiresAt: now + 3_600_000,
    maxExpiresAt: now + 86_400_000,
    revokedAt: null,
    frozen: false,
    changes: 0,
  };
}

function toDraft(id: string): AuditDraft {
  return {
    id: `aud_${id.slice(4)}`,
    requestId: id,
    at: Date.now(),
    tenant: "acme",
    keyId: "key_1",
    label: "agent run 4711",
    vendor: "stripe",
    mode: "live",
    method: "POST",
    path: "/v1/charges",
    decision: "allowed",
    code: null,
    wouldRefuse: null,
    status: 200,
    budgets: ["team"],
    metadata: { run: "4711" },
    vendorRequestId: "req_0123456789abcd",
    durationMs: 12,
  };
}
