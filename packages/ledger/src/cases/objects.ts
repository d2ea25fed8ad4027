import assert from "node:assert/strict";
import type { Outcome } from "../ledger.ts";
import { charge, type LedgerCase, refusal, reserved, storeCase, UNKNOWN, usd } from "./store-bench.ts";

const OBJECT = { objectId: "stripe:live::pi_1" };
const exposed = (amount: number): Outcome => ({ kind: "effect", costMicroUsd: usd(amount), ...OBJECT });

/** An object of the vendor counts once in each scope, whatever is done with it. */
export const objectCases: LedgerCase[] = [
  storeCase("counts an object once over its life, and only what it grows by", async (bench) => {
    const key = await bench.issue({ totalCapMicroUsd: usd(50) });
    await bench.settle(await bench.reserve(key, charge(20)), exposed(20));
    const confirm = await bench.reserve(key, charge(20), OBJECT);
    assert.equal(reserved(confirm), 0);
    await bench.settle(confirm, exposed(20));
    const raise = await bench.reserve(key, charge(50), OBJECT);
    assert.equal(reserved(raise), usd(30));
    assert.equal((await bench.settle(raise, exposed(50))).costMicroUsd, usd(30));
    assert.deepEqual(await bench.sums(key), [usd(50), 0, 0]);
    assert.equal(await bench.store.getExposure("acme", OBJECT.objectId), usd(50));
  }),

  storeCase("gives nothing back when an object shrinks", async (bench) => {
    const key = await bench.issue({ totalCapMicroUsd: usd(50) });
    await bench.settle(await bench.reserve(key, charge(20)), exposed(20));
    const shrink = await bench.reserve(key, charge(10), OBJECT);
    assert.equal(reserved(shrink), 0);
    await bench.settle(shrink, exposed(10));
    assert.deepEqual(await bench.sums(key), [usd(20), 0, 0]);
    assert.equal(reserved(await bench.reserve(key, charge(20), OBJECT)), 0);
  }),

  storeCase(
    "counts an object anew for a key that has not counted it, and once for the budget both share",
    async (bench) => {
      await bench.store.putBudget("acme", "user:42", { totalCapMicroUsd: usd(20) });
      const creator = await bench.issue({ budgets: ["user:42"] });
      const confirmer = await bench.issue({ totalCapMicroUsd: usd(20), budgets: ["user:42"] });
      const poor = await bench.issue({ totalCapMicroUsd: usd(19), budgets: ["user:42"] });
      await bench.settle(await bench.reserve(creator, charge(20)), exposed(20));
      assert.equal(refusal(await bench.reserve(poor, charge(20), OBJECT)).limit, "key:total");
      const confirm = await bench.reserve(confirmer, charge(20), OBJECT);
      assert.equal(reserved(confirm), usd(20));
      await bench.settle(confirm, exposed(20));
      assert.deepEqual(await bench.sums(confirmer), [usd(20), 0, 0]);
      assert.equal((await bench.store.getBudget("acme", "user:42"))?.spend.totalMicroUsd, usd(20));
    },
  ),

  storeCase("counts what two raced for once, although both had reserved it", async (bench) => {
    const key = await bench.issue({ totalCapMicroUsd: usd(100) });
    await bench.settle(await bench.reserve(key, charge(20)), exposed(20));
    const [one, other] = [
      await bench.reserve(key, charge(50), OBJECT),
      await bench.reserve(key, charge(50), OBJECT),
    ];
    assert.deepEqual([reserved(one), reserved(other)], [usd(30), usd(30)]);
    await bench.settle(one, exposed(50));
    await bench.settle(other, exposed(50));
    assert.deepEqual(await bench.sums(key), [usd(50), 0, 0]);
  }),

  storeCase("holds the growth whose outcome is unknown", async (bench) => {
    const key = await bench.issue({ totalCapMicroUsd: usd(60) });
    await bench.settle(await bench.reserve(key, charge(20)), exposed(20));
    await bench.settle(await bench.reserve(key, charge(50), OBJECT), UNKNOWN);
    assert.deepEqual(await bench.sums(key), [usd(20), usd(30), usd(30)]);
  }),

  storeCase(
    "counts what an object is made of once, however much of it each account has counted",
    async (bench) => {
      await bench.store.putBudget("acme", "user:42", { totalCapMicroUsd: usd(100) });
      const key = await bench.issue({ totalCapMicroUsd: usd(50), budgets: ["user:42"] });
      const other = await bench.issue({ totalCapMicroUsd: usd(50), budgets: ["user:42"] });
      const item = (name: string, amount: number): Outcome => ({
        kind: "effect",
        costMicroUsd: usd(amount),
        objectId: `stripe:live::${name}`,
      });
      await bench.settle(await bench.reserve(key, charge(20)), item("ii_1", 20));
      await bench.settle(await bench.reserve(other, charge(10)), item("ii_2", 10));
      const whole = { objectId: "stripe:live::in_1", partIds: ["stripe:live::ii_1", "stripe:live::ii_2"] };
      const finalize = await bench.reserve(key, charge(33), whole);
      // The key has counted one item, the budget both: 3 USD are new to all.
      assert.equal(reserved(finalize), usd(13));
      const told = { kind: "effect", costMicroUsd: usd(33), ...whole } as const;
      assert.equal((await bench.settle(finalize, told)).costMicroUsd, usd(13));
      assert.deepEqual(await bench.sums(key), [usd(33), 0, 0]);
      assert.equal((await bench.store.getBudget("acme", "user:42"))?.spend.totalMicroUsd, usd(33));
      const pay = await bench.reserve(key, charge(33), whole);
      assert.equal(reserved(pay), 0);
      assert.equal((await bench.settle(pay, told)).costMicroUsd, 0);
    },
  ),

  storeCase("refuses a bound below what a call at the same place was told to cost", async (bench) => {
    const AT = { boundId: "stripe:live:bound:POST /v1/things" };
    const unpriced = { kind: "unpriced" } as const;
    const told = (amount: number): Outcome => ({ kind: "effect", costMicroUsd: usd(amount), ...AT });
    const narrow = await bench.issue({ totalCapMicroUsd: usd(500), maxMicroUsdPerCall: usd(50) });
    const wide = await bench.issue({ totalCapMicroUsd: usd(500), maxMicroUsdPerCall: usd(150) });
    const uncapped = await bench.issue({});
    // What fits its bound, or had none, shuts nothing.
    await bench.settle(await bench.reserve(narrow, unpriced, AT), told(40));
    await bench.settle(await bench.reserve(uncapped, unpriced, AT), told(900));
    await bench.settle(await bench.reserve(wide, unpriced, AT), told(120));
    const over = await bench.settle(await bench.reserve(narrow, unpriced, AT), told(100));
    assert.deepEqual([over.costMicroUsd, over.notes], [usd(100), ["overage"]]);
    const { answer } = await bench.reserve(narrow, unpriced, AT);
    assert.ok(!answer.admitted && answer.refusal.code === "unpriced_endpoint");
    assert.deepEqual([answer.refusal.requestedMicroUsd, answer.refusal.capMicroUsd], [usd(100), usd(50)]);
    assert.equal(reserved(await bench.reserve(wide, unpriced, AT)), usd(150));
    assert.equal(reserved(await bench.reserve(uncapped, unpriced, AT)), 0);
    // Elsewhere, and for a price that is known, the bound is as good as before.
    assert.equal(reserved(await bench.reserve(narrow, unpriced, { boundId: "elsewhere" })), usd(50));
    assert.equal(reserved(await bench.reserve(narrow, charge(20), AT)), usd(20));
    const foreign = await bench.issue({ maxMicroUsdPerCall: usd(50) }, { tenant: "other" });
    assert.equal(reserved(await bench.reserve(foreign, unpriced, AT)), usd(50));
  }),
];
