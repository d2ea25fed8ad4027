import assert from "node:assert/strict";
import type { KeyPolicy, KeyRecord } from "../ledger.ts";
import {
  charge,
  EFFECT,
  HOUR_MS,
  type LedgerBench,
  type LedgerCase,
  refusal,
  reserved,
  storeCase,
  UNKNOWN,
  usd,
} from "./store-bench.ts";

const carve = (bench: LedgerBench, parent: KeyRecord, policy: Partial<KeyPolicy>): Promise<KeyRecord> =>
  bench.issue(policy, { parentId: parent.id, expiresAt: parent.expiresAt });

const room = async (bench: LedgerBench, key: KeyRecord): Promise<number> => {
  const { spend, record } = await bench.state(key);
  return (record.policy.totalCapMicroUsd ?? 0) - spend.totalMicroUsd - spend.heldMicroUsd;
};

/** A carved key's cap is taken from its parent, and what it leaves comes back. */
export const carvedCases: LedgerCase[] = [
  storeCase(
    "takes a carved cap from the parent's room, and gives the rest back at the end",
    async (bench) => {
      const parent = await bench.issue({ totalCapMicroUsd: usd(100) });
      const child = await carve(bench, parent, { totalCapMicroUsd: usd(60) });
      assert.equal(await room(bench, parent), usd(40));
      assert.equal(refusal(await bench.reserve(parent, charge(41))).limit, "key:total");
      await bench.settle(await bench.reserve(child, charge(25)), EFFECT);
      assert.equal(await room(bench, parent), usd(40));
      await bench.store.revokeKeys("acme", { id: child.id });
      assert.equal(await room(bench, parent), usd(75));
      assert.equal(reserved(await bench.reserve(parent, charge(75))), usd(75));
    },
  ),

  storeCase(
    "keeps what an ended child still holds out of the parent's room until it is settled",
    async (bench) => {
      const parent = await bench.issue({ totalCapMicroUsd: usd(100) });
      const child = await carve(bench, parent, { totalCapMicroUsd: usd(60) });
      const open = await bench.reserve(child, charge(20));
      const doubtful = await bench.reserve(child, charge(10));
      await bench.settle(doubtful, UNKNOWN);
      await bench.store.revokeKeys("acme", { id: child.id });
      assert.equal(await room(bench, parent), usd(70));
      await bench.settle(open, { kind: "refused" });
      assert.equal(await room(bench, parent), usd(90));
      assert.deepEqual(await bench.sums(parent), [0, usd(10), usd(10)]);
    },
  ),

  storeCase("gives the room back when a child expires", async (bench) => {
    const parent = await bench.issue({ dailyCapMicroUsd: usd(100) });
    await bench.issue({ totalCapMicroUsd: usd(60) }, { parentId: parent.id, expiresAt: bench.now + HOUR_MS });
    assert.equal(refusal(await bench.reserve(parent, charge(41))).limit, "key:daily");
    bench.now += HOUR_MS;
    assert.equal(reserved(await bench.reserve(parent, charge(100))), usd(100));
  }),

  storeCase("carves no more than there is, however many ask at once", async (bench) => {
    const parent = await bench.issue({ totalCapMicroUsd: usd(100) });
    const asked = await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const policy = { ...parent.policy, totalCapMicroUsd: usd(10) };
        return bench.store.createKey({
          ...parent,
          id: `key_carved_${index}`,
          tokenHash: `carved_${index}`,
          parentId: parent.id,
          policy,
        });
      }),
    );
    assert.equal(asked.filter(({ status }) => status === "created").length, 10);
    assert.equal(asked.filter(({ status }) => status === "no_room").length, 10);
    assert.equal(await room(bench, parent), 0);
  }),

  storeCase("revokes what was carved from a key with it, grandchildren too", async (bench) => {
    const parent = await bench.issue({ totalCapMicroUsd: usd(100) });
    const child = await carve(bench, parent, { totalCapMicroUsd: usd(50) });
    const grandchild = await carve(bench, child, { totalCapMicroUsd: usd(20) });
    const revoked = await bench.store.revokeKeys("acme", { id: parent.id });
    assert.deepEqual([...revoked].sort(), [parent.id, child.id, grandchild.id].sort());
    assert.equal(refusal(await bench.reserve(grandchild, charge(1))).code, "key_revoked");
    const late = { ...child, id: "key_late", tokenHash: "late", parentId: parent.id };
    assert.equal((await bench.store.createKey(late)).status, "no_room");
  }),

  storeCase("counts a child's calls as its parent's", async (bench) => {
    const parent = await bench.issue({ maxCalls: 2 });
    const child = await carve(bench, parent, { maxCalls: 10 });
    await bench.reserve(child, charge(1));
    await bench.reserve(parent, charge(1));
    assert.equal(refusal(await bench.reserve(child, charge(1))).code, "call_limit_reached");
    assert.equal((await bench.state(parent)).calls, 2);
  }),
];
