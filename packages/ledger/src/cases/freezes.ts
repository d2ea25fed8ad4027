import assert from "node:assert/strict";
import type { FreezeRecord, KeyScope } from "../freeze.ts";
import type { KeyRecord } from "../ledger.ts";
import {
  charge,
  EFFECT,
  FREE,
  HOUR_MS,
  type LedgerBench,
  type LedgerCase,
  refusal,
  reserved,
  storeCase,
  UNKNOWN,
  usd,
} from "./store-bench.ts";

let count = 0;

function toFreeze(bench: LedgerBench, scope: KeyScope, fields: Partial<FreezeRecord> = {}): FreezeRecord {
  return { id: `frz_${++count}`, tenant: "acme", scope, note: null, createdAt: bench.now, ...fields };
}

async function isFrozen(bench: LedgerBench, key: KeyRecord, freeze: FreezeRecord): Promise<boolean> {
  const { answer } = await bench.reserve(key, FREE);
  const found = await bench.store.findKey(key.tokenHash);
  const { frozenBy } = await bench.state(key);
  assert.equal(found?.frozenBy, answer.admitted ? undefined : freeze.id);
  assert.equal(frozenBy, answer.admitted ? null : freeze.id);
  if (answer.admitted) return false;
  assert.equal(answer.refusal.code, "key_frozen");
  assert.equal(answer.refusal.limit, `freeze:${freeze.id}`);
  return true;
}

/** Brakes that stop the keys they match, those issued later too. */
export const freezeCases: LedgerCase[] = [
  storeCase("freezes keys that match all the given fields, issued before and after", async (bench) => {
    const freeze = toFreeze(bench, { labelPrefix: "run-7/", budget: "user:42", vendor: "stripe" });
    const budgets = ["user:42"];
    const both = { label: "run-7/step-1", vendor: "stripe" };
    const before = await bench.issue({ budgets }, both);
    assert.deepEqual(await bench.store.freeze(freeze), { status: "set", keys: 1, calls: 0, heldMicroUsd: 0 });
    const after = await bench.issue({ budgets, shadow: true }, both);
    for (const key of [before, after]) assert.equal(await isFrozen(bench, key, freeze), true);
    const others = [
      await bench.issue({}, both),
      await bench.issue({ budgets }, { ...both, label: "run-8" }),
      await bench.issue({ budgets }, { ...both, vendor: "twilio" }),
      await bench.issue({ budgets }, { ...both, tenant: "other" }),
    ];
    for (const key of others) assert.equal(await isFrozen(bench, key, freeze), false);
    assert.deepEqual(await bench.store.liftFreeze("acme", freeze.id), freeze);
    assert.equal(await bench.store.liftFreeze("acme", freeze.id), undefined);
    assert.equal(reserved(await bench.reserve(before, charge(1))), usd(1));
  }),

  storeCase("freezes every key of a tenant where no field is given", async (bench) => {
    const key = await bench.issue();
    const other = await bench.issue({}, { tenant: "other" });
    const freeze = toFreeze(bench, {});
    await bench.store.freeze(freeze);
    assert.equal(await isFrozen(bench, key, freeze), true);
    assert.equal(await isFrozen(bench, other, freeze), false);
    await bench.store.liftFreeze("acme", freeze.id);
    assert.equal(await isFrozen(bench, key, freeze), false);
  }),

  storeCase("freezes what was carved from a key that matches", async (bench) => {
    const parent = await bench.issue({}, { label: "run-7" });
    const child = await bench.issue(
      {},
      { parentId: parent.id, label: "another", expiresAt: parent.expiresAt },
    );
    const freeze = toFreeze(bench, { labelPrefix: "run-7" });
    assert.deepEqual(await bench.store.freeze(freeze), { status: "set", keys: 2, calls: 0, heldMicroUsd: 0 });
    assert.equal(await isFrozen(bench, child, freeze), true);
  }),

  storeCase("counts the living keys that match, and what they have in flight", async (bench) => {
    const one = await bench.issue();
    const two = await bench.issue();
    const revoked = await bench.issue();
    const expired = await bench.issue({}, { expiresAt: bench.now + HOUR_MS });
    await bench.store.revokeKeys("acme", { id: revoked.id });
    bench.now += HOUR_MS;
    await bench.reserve(one, charge(5));
    await bench.reserve(one, charge(7), { replayId: "r" });
    await bench.reserve(one, charge(7), { replayId: "r" });
    await bench.reserve(two, FREE);
    await bench.settle(await bench.reserve(two, charge(9)), UNKNOWN);
    const freeze = toFreeze(bench, { vendor: "stripe" });
    const receipt = { status: "set", keys: 2, calls: 4, heldMicroUsd: usd(12) } as const;
    assert.deepEqual(await bench.store.freeze(freeze), receipt);
    assert.deepEqual(await bench.store.freeze(freeze), receipt, "asked again, it is one freeze");
    assert.deepEqual(await bench.store.listFreezes("acme"), [freeze]);
    assert.equal(refusal(await bench.reserve(expired, FREE)).code, "key_expired");
  }),

  storeCase("lets calls that are under way end as they do", async (bench) => {
    const key = await bench.issue({ dailyCapMicroUsd: usd(50) });
    const open = await bench.reserve(key, charge(20));
    await bench.store.freeze(toFreeze(bench, {}));
    assert.equal((await bench.settle(open, EFFECT)).costMicroUsd, usd(20));
    assert.deepEqual(await bench.sums(key), [usd(20), 0, 0]);
  }),

  storeCase("admits no call after a freeze has answered", async (bench) => {
    const key = await bench.issue();
    let frozen = false;
    const hammering = Promise.all(
      Array.from({ length: 20 }, async () => {
        for (let round = 0; round < 20; round++) {
          const startedAfter = frozen;
          const { answer } = await bench.reserve(key, charge(1));
          assert.ok(!startedAfter || !answer.admitted, "a call began after the freeze and was admitted");
        }
      }),
    );
    await bench.store.freeze(toFreeze(bench, { labelPrefix: key.label }));
    frozen = true;
    await hammering;
  }),

  storeCase(
    "lists freezes in their order, keeps at most 100, and shows them to their tenant",
    async (bench) => {
      const freezes = Array.from({ length: 100 }, (_, index) =>
        toFreeze(bench, { labelPrefix: `run-${index}/` }, { note: index === 0 ? "gone wild" : null }),
      );
      for (const freeze of freezes) assert.equal((await bench.store.freeze(freeze)).status, "set");
      assert.deepEqual(await bench.store.freeze(toFreeze(bench, {})), { status: "too_many" });
      assert.deepEqual(await bench.store.listFreezes("acme"), freezes);
      assert.deepEqual(await bench.store.listFreezes("other"), []);
      const [first] = freezes as [FreezeRecord];
      assert.equal(await bench.store.liftFreeze("other", first.id), undefined);
      await bench.store.liftFreeze("acme", first.id);
      assert.equal((await bench.store.freeze(toFreeze(bench, {}))).status, "set");
    },
  ),
];
