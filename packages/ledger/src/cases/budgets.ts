import assert from "node:assert/strict";
import { charge, EFFECT, FREE, type LedgerCase, refusal, reserved, storeCase, usd } from "./store-bench.ts";

/** Caps that many keys share. */
export const budgetCases: LedgerCase[] = [
  storeCase("makes the unknown budgets of a key, uncapped", async (bench) => {
    await bench.issue({ budgets: ["org:new"] });
    const { spend, ...settings } = (await bench.store.getBudget("acme", "org:new")) ?? assert.fail();
    assert.deepEqual(settings, {
      name: "org:new",
      dailyCapMicroUsd: null,
      monthlyCapMicroUsd: null,
      totalCapMicroUsd: null,
      frozen: false,
    });
    assert.equal(spend.totalMicroUsd, 0);
    assert.equal(await bench.store.getBudget("acme", "org:unknown"), undefined);
  }),

  storeCase(
    "changes only what an update names, and leaves the settings of a known budget to a new key",
    async (bench) => {
      await bench.store.putBudget("acme", "b", { dailyCapMicroUsd: usd(5), totalCapMicroUsd: usd(50) });
      const frozen = await bench.store.putBudget("acme", "b", { frozen: true });
      assert.deepEqual(
        [frozen.dailyCapMicroUsd, frozen.totalCapMicroUsd, frozen.frozen],
        [usd(5), usd(50), true],
      );
      await bench.issue({ budgets: ["b"] });
      const open = await bench.store.putBudget("acme", "b", { dailyCapMicroUsd: null, frozen: false });
      assert.deepEqual([open.dailyCapMicroUsd, open.totalCapMicroUsd, open.frozen], [null, usd(50), false]);
    },
  ),

  storeCase(
    "holds all keys that state a cap for a budget to what was spent on it by any key",
    async (bench) => {
      const policy = { budgets: ["user:42"], budgetCaps: { "user:42": { dailyCapMicroUsd: usd(50) } } };
      for (let count = 0; count < 2; count++) {
        const key = await bench.issue(policy);
        assert.equal(reserved(await bench.reserve(key, charge(20))), usd(20));
      }
      const third = await bench.issue(policy);
      const { answer } = await bench.reserve(third, charge(20));
      assert.ok(!answer.admitted);
      assert.deepEqual(
        [answer.refusal.code, answer.refusal.limit, answer.refusal.stated, answer.refusal.heldMicroUsd],
        ["cap_exhausted", "budget:user:42:daily", true, usd(40)],
      );
      assert.equal(answer.remainingMicroUsd, usd(10));
      assert.equal((await bench.store.getBudget("acme", "user:42"))?.dailyCapMicroUsd, null);
      const other = await bench.issue({ budgets: ["user:42"] });
      assert.equal(reserved(await bench.reserve(other, charge(20))), usd(20));
    },
  ),

  storeCase("holds a call to the lower of a stored and a stated cap", async (bench) => {
    await bench.store.putBudget("acme", "b", { totalCapMicroUsd: usd(30) });
    const high = await bench.issue({ budgets: ["b"], budgetCaps: { b: { totalCapMicroUsd: usd(100) } } });
    const low = await bench.issue({ budgets: ["b"], budgetCaps: { b: { totalCapMicroUsd: usd(10) } } });
    assert.equal(refusal(await bench.reserve(high, charge(31))).limit, "budget:b:total");
    assert.equal(refusal(await bench.reserve(low, charge(11))).limit, "budget:b:total");
    assert.equal(reserved(await bench.reserve(high, charge(15))), usd(15));
    assert.equal(refusal(await bench.reserve(low, charge(1))).code, "cap_exhausted");
    const zero = await bench.issue({ budgets: ["c"], budgetCaps: { c: { dailyCapMicroUsd: 0 } } });
    assert.equal(refusal(await bench.reserve(zero, charge(0))).code, "cap_exhausted");
  }),

  storeCase("prices what a stated cap binds: a call without a price is refused", async (bench) => {
    const key = await bench.issue({ budgets: ["b"], budgetCaps: { b: { dailyCapMicroUsd: usd(5) } } });
    assert.equal(refusal(await bench.reserve(key, { kind: "unpriced" })).code, "unpriced_endpoint");
  }),

  storeCase("refuses every call on a frozen budget at once, free ones too", async (bench) => {
    const key = await bench.issue({ budgets: ["a", "b"] });
    const open = await bench.reserve(key, charge(1));
    await bench.store.putBudget("acme", "b", { frozen: true });
    for (const price of [FREE, charge(1)]) {
      assert.deepEqual(refusal(await bench.reserve(key, price)), {
        code: "budget_frozen",
        limit: "budget:b",
      });
    }
    assert.equal((await bench.settle(open, EFFECT)).costMicroUsd, usd(1));
    await bench.store.putBudget("acme", "b", { frozen: false });
    assert.equal(reserved(await bench.reserve(key, charge(1))), usd(1));
  }),

  storeCase("holds a lowered cap against what was spent before", async (bench) => {
    const key = await bench.issue({ budgets: ["b"] });
    await bench.settle(await bench.reserve(key, charge(20)), EFFECT);
    await bench.store.putBudget("acme", "b", { dailyCapMicroUsd: usd(10) });
    assert.equal(refusal(await bench.reserve(key, charge(0.01))).limit, "budget:b:daily");
    await bench.store.putBudget("acme", "b", { dailyCapMicroUsd: usd(25) });
    assert.equal(reserved(await bench.reserve(key, charge(5))), usd(5));
  }),

  storeCase("lists budgets by name, by page", async (bench) => {
    for (const name of ["c", "a", "d", "b", "e"]) await bench.store.putBudget("acme", name, {});
    const first = await bench.store.listBudgets("acme", { limit: 3 });
    assert.deepEqual([first.items.map(({ name }) => name), first.hasMore], [["a", "b", "c"], true]);
    const rest = await bench.store.listBudgets("acme", { limit: 3, startingAfter: "c" });
    assert.deepEqual([rest.items.map(({ name }) => name), rest.hasMore], [["d", "e"], false]);
  }),

  storeCase("shows the tightest room of all", async (bench) => {
    await bench.store.putBudget("acme", "tight", { totalCapMicroUsd: usd(30) });
    const key = await bench.issue({ dailyCapMicroUsd: usd(100), budgets: ["tight"] });
    const { answer } = await bench.reserve(key, charge(20));
    assert.equal(answer.remainingMicroUsd, usd(10));
    const uncapped = await bench.issue({ budgets: ["loose"] });
    assert.equal((await bench.reserve(uncapped, charge(20))).answer.remainingMicroUsd, null);
  }),
];
