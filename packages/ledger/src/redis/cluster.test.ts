import { afterAll, beforeAll, expect, it } from "vitest";
import { type RedisCluster, startRedisCluster } from "../../../../tooling/redis-cluster.ts";
import { createRedisStores } from "../../test-support/redis-stores.ts";
import { charge, EFFECT, type LedgerBench, reserved, storeCase, usd } from "../cases/store-bench.ts";
import { storeCases } from "../cases.ts";
import type { KeyRecord } from "../ledger.ts";

let cluster: RedisCluster;

beforeAll(async () => {
  cluster = await startRedisCluster();
});
afterAll(() => cluster.remove());

it.each(storeCases)("$name", ({ run }) => run(createRedisStores({ url: cluster.url })));

it("admits nothing beyond a cap while a slot moves, key by key, and has all of its books afterwards", async () => {
  await storeCase("moves", async (bench) => {
    await bench.store.putBudget("acme", "user:42", { totalCapMicroUsd: usd(30) });
    const key = await bench.issue({ budgets: ["user:42"] });
    await bench.settle(await bench.reserve(key, charge(20)), EFFECT);

    const move = await beginMove("acme");
    let outcome = await tryToOverspend(bench, key);
    const seen = new Set([outcome]);
    while (await move.next()) {
      outcome = await tryToOverspend(bench, key);
      seen.add(outcome);
    }
    await move.end();

    expect([...seen]).not.toContain("admitted");
    expect(seen).toContain("store failed");
    expect(await tryToOverspend(bench, key)).toBe("refused");
    expect(await bench.sums(key)).toEqual([usd(20), 0, 0]);
    expect(reserved(await bench.reserve(key, charge(10)))).toBe(usd(10));
    expect(await bench.audit()).toHaveLength(1);
  }).run(createRedisStores({ url: cluster.url, timeoutMs: 5000 }));
});

async function tryToOverspend(bench: LedgerBench, key: KeyRecord): Promise<string> {
  try {
    const { answer } = await bench.reserve(key, charge(20));
    return answer.admitted ? "admitted" : "refused";
  } catch {
    return "store failed";
  }
}

/** Begins to move the slot of a tenant to another node, as an operator does who adds one. */
async function beginMove(tenant: string): Promise<{ next(): Promise<boolean>; end(): Promise<void> }> {
  const slot = toNumber(await cluster.send(0, `CLUSTER KEYSLOT ${tenant}`));
  const counts = await Promise.all(
    cluster.nodes.map(async (_, node) =>
      toNumber(await cluster.send(node, `CLUSTER COUNTKEYSINSLOT ${slot}`)),
    ),
  );
  const from = counts.findIndex((count) => count > 0);
  const to = (from + 1) % cluster.nodes.length;
  const [fromId, toId] = await Promise.all([from, to].map(readNodeId));
  expect(await cluster.send(to, `CLUSTER SETSLOT ${slot} IMPORTING ${fromId}`)).toContain("+OK");
  expect(await cluster.send(from, `CLUSTER SETSLOT ${slot} MIGRATING ${toId}`)).toContain("+OK");
  return {
    async next() {
      const [, , name] = (await cluster.send(from, `CLUSTER GETKEYSINSLOT ${slot} 1`)).split("\r\n");
      if (name === undefined) return false;
      const { port = 0 } = cluster.nodes[to] ?? {};
      expect(await cluster.send(from, `MIGRATE 127.0.0.1 ${port} "${name}" 0 5000`)).toContain("+OK");
      return true;
    },
    async end() {
      for (const node of [to, from]) await cluster.send(node, `CLUSTER SETSLOT ${slot} NODE ${toId}`);
    },
  };
}

async function readNodeId(node: number): Promise<string> {
  const [, id = ""] = (await cluster.send(node, "CLUSTER MYID")).split("\r\n");
  return id;
}

function toNumber(answer: string): number {
  return Number(/^:(\d+)/.exec(answer)?.[1]);
}
