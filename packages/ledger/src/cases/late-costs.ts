import assert from "node:assert/strict";
import {
  charge,
  DAY_MS,
  EFFECT,
  type LedgerCase,
  REFUSED,
  SECOND_MS,
  storeCase,
  UNKNOWN,
  usd,
} from "./store-bench.ts";

/** What becomes known after the end of a call, or never. */
export const lateCostCases: LedgerCase[] = [
  storeCase("settles the difference to a cost that comes later, in the day of the call", async (bench) => {
    await bench.store.putBudget("acme", "b", {});
    const key = await bench.issue({ dailyCapMicroUsd: usd(100), budgets: ["b"] });
    const sent = await bench.reserve(key, charge(20));
    await bench.settle(sent, EFFECT);
    bench.now += DAY_MS;
    const record = await bench.store.resettle("acme", `aud_${sent.id}`, usd(12), "trued_up");
    assert.deepEqual(
      [record?.costMicroUsd, record?.outcome, record?.notes],
      [usd(12), "settled", ["trued_up"]],
    );
    assert.deepEqual(await bench.sums(key), [usd(12), 0, 0]);
    assert.equal((await bench.state(key)).spend.dailyMicroUsd, 0);
    assert.equal((await bench.store.getBudget("acme", "b"))?.spend.totalMicroUsd, usd(12));
    await bench.store.resettle("acme", `aud_${sent.id}`, usd(12), "trued_up");
    assert.deepEqual(await bench.sums(key), [usd(12), 0, 0]);
  }),

  storeCase("reconciles an unknown outcome by hand, to nothing or to its cost", async (bench) => {
    const key = await bench.issue({ totalCapMicroUsd: usd(100) });
    const [nothing, cost] = [await bench.reserve(key, charge(20)), await bench.reserve(key, charge(30))];
    await bench.settle(nothing, UNKNOWN);
    await bench.settle(cost, UNKNOWN);
    assert.deepEqual(await bench.sums(key), [0, usd(50), usd(50)]);
    await bench.store.resettle("acme", `aud_${nothing.id}`, 0, "reconciled");
    await bench.store.resettle("acme", `aud_${cost.id}`, usd(30), "reconciled");
    assert.deepEqual(await bench.sums(key), [usd(30), 0, 0]);
  }),

  storeCase("has nothing to settle later for another tenant, a refused call or no call", async (bench) => {
    const key = await bench.issue({});
    const refused = await bench.reserve(key, charge(20));
    await bench.settle(refused, REFUSED);
    const sent = await bench.reserve(key, charge(20));
    await bench.settle(sent, EFFECT);
    assert.equal(await bench.store.resettle("acme", `aud_${refused.id}`, usd(1), "reconciled"), undefined);
    assert.equal(await bench.store.resettle("other", `aud_${sent.id}`, usd(1), "reconciled"), undefined);
    assert.equal(await bench.store.resettle("acme", "aud_none", usd(1), "reconciled"), undefined);
    assert.deepEqual(await bench.sums(key), [usd(20), 0, 0]);
  }),

  storeCase("takes a hold that stays unknown for spent, never for free", async (bench) => {
    const key = await bench.issue({ totalCapMicroUsd: usd(100) });
    await bench.settle(await bench.reserve(key, charge(20)), UNKNOWN);
    const late = await bench.reserve(key, charge(5));
    bench.now += SECOND_MS;
    await bench.settle(await bench.reserve(key, charge(7)), UNKNOWN);
    assert.equal(await bench.store.spendUnknown(bench.now), 1);
    assert.deepEqual(await bench.sums(key), [usd(20), usd(12), usd(7)]);
    assert.equal(await bench.store.spendUnknown(bench.now), 0);
    await bench.settle(late, REFUSED);
    const unknown = await bench.store.listAudit("acme", { outcome: "unknown" }, { limit: 10 });
    assert.equal(unknown.items.length, 1);
  }),

  storeCase("no longer lists a doubtful try as unknown once its replay has settled it", async (bench) => {
    const key = await bench.issue({ totalCapMicroUsd: usd(100) });
    await bench.settle(await bench.reserve(key, charge(20), { replayId: "r" }), UNKNOWN);
    await bench.settle(await bench.reserve(key, charge(20), { replayId: "r" }), EFFECT);
    const entries = await bench.audit();
    assert.deepEqual(
      entries.map(({ outcome, costMicroUsd }) => [outcome, costMicroUsd]),
      [
        ["settled", usd(20)],
        ["settled", 0],
      ],
    );
    assert.deepEqual(await bench.sums(key), [usd(20), 0, 0]);
  }),
];
