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
