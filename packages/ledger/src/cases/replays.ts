import assert from "node:assert/strict";
import {
  charge,
  EFFECT,
  HOUR_MS,
  type LedgerCase,
  REFUSED,
  REPLAYED,
  reserved,
  storeCase,
  UNKNOWN,
  usd,
} from "./store-bench.ts";

const replayId = "the-same-call";

/** Tries that the vendor takes for one call share one reservation. */
export const replayCases: LedgerCase[] = [
  storeCase("shares one reservation among concurrent tries, even where the cap is full", async (bench) => {
    const key = await bench.issue({ dailyCapMicroUsd: usd(20) });
    const tries = await Promise.all(
      Array.from({ length: 5 }, () => bench.reserve(key, charge(20), { replayId })),
    );
    for (const attempt of tries) assert.equal(reserved(attempt), usd(20));
    assert.deepEqual(await bench.sums(key), [0, usd(20), 0]);
    assert.equal((await bench.reserve(key, charge(20))).answer.admitted, false);
  }),

  storeCase("counts one charge where the answer that repeats it comes before it", async (bench) => {
    const key = await bench.issue({ totalCapMicroUsd: usd(100) });
    const first = await bench.reserve(key, charge(20), { replayId });
    const second = await bench.reserve(key, charge(20), { replayId });
    await bench.settle(second, REPLAYED);
    assert.equal((await bench.settle(first, EFFECT)).costMicroUsd, 0);
    assert.deepEqual(await bench.sums(key), [usd(20), 0, 0]);
    await bench.settle(await bench.reserve(key, charge(20), { replayId }), EFFECT);
    assert.deepEqual(await bench.sums(key), [usd(40), 0, 0]);
  }),

  storeCase("counts a replayed answer nothing extra", async (bench) => {
    const key = await bench.issue({});
    await bench.settle(await bench.reserve(key, charge(20), { replayId }), EFFECT);
    const again = await bench.settle(await bench.reserve(key, charge(20), { replayId }), REPLAYED);
    assert.deepEqual([again.outcome, again.costMicroUsd], ["settled", 0]);
    assert.deepEqual(await bench.sums(key), [usd(20), 0, 0]);
  }),

  storeCase("counts a second effect without the vendor's marker again", async (bench) => {
    const key = await bench.issue({});
    await bench.settle(await bench.reserve(key, charge(20), { replayId }), EFFECT);
    const again = await bench.settle(await bench.reserve(key, charge(20), { replayId }), EFFECT);
    assert.deepEqual([again.outcome, again.costMicroUsd], ["settled", usd(20)]);
    assert.deepEqual(await bench.sums(key), [usd(40), 0, 0]);
  }),

  storeCase("settles once what was unknown first and done at the second try", async (bench) => {
    const key = await bench.issue({});
    await bench.settle(await bench.reserve(key, charge(20), { replayId }), UNKNOWN);
    assert.deepEqual(await bench.sums(key), [0, usd(20), usd(20)]);
    const second = await bench.settle(await bench.reserve(key, charge(20), { replayId }), EFFECT);
    assert.deepEqual([second.outcome, second.costMicroUsd], ["settled", usd(20)]);
    assert.deepEqual(await bench.sums(key), [usd(20), 0, 0]);
  }),

  storeCase("keeps the hold of an unknown try, whatever refusals follow", async (bench) => {
    const key = await bench.issue({});
    await bench.settle(await bench.reserve(key, charge(20), { replayId }), UNKNOWN);
    for (const outcome of [REFUSED, { kind: "never_sent" } as const, UNKNOWN, REFUSED]) {
      const settled = await bench.settle(await bench.reserve(key, charge(20), { replayId }), outcome);
      assert.deepEqual([settled.outcome, settled.costMicroUsd], ["unknown", null]);
      assert.deepEqual(await bench.sums(key), [0, usd(20), usd(20)]);
    }
  }),

  storeCase("releases nothing while another try is still out", async (bench) => {
    const key = await bench.issue({});
    const first = await bench.reserve(key, charge(20), { replayId });
    const second = await bench.reserve(key, charge(20), { replayId });
    await bench.settle(second, REFUSED);
    assert.deepEqual(await bench.sums(key), [0, usd(20), 0]);
    await bench.settle(first, EFFECT);
    assert.deepEqual(await bench.sums(key), [usd(20), 0, 0]);
  }),

  storeCase("releases where every try was refused, and reserves anew at the next", async (bench) => {
    const key = await bench.issue({});
    const first = await bench.reserve(key, charge(20), { replayId });
    const second = await bench.reserve(key, charge(20), { replayId });
    await bench.settle(first, REFUSED);
    assert.equal((await bench.settle(second, REFUSED)).outcome, "released");
    assert.deepEqual(await bench.sums(key), [0, 0, 0]);
    const third = await bench.reserve(key, charge(20), { replayId });
    assert.deepEqual(await bench.sums(key), [0, usd(20), 0]);
    await bench.settle(third, EFFECT);
    assert.deepEqual(await bench.sums(key), [usd(20), 0, 0]);
  }),

  storeCase("charges nothing for a refusal that follows a settled try", async (bench) => {
    const key = await bench.issue({});
    await bench.settle(await bench.reserve(key, charge(20), { replayId }), EFFECT);
    for (const outcome of [REFUSED, UNKNOWN]) {
      const settled = await bench.settle(await bench.reserve(key, charge(20), { replayId }), outcome);
      assert.equal(settled.costMicroUsd, 0);
      assert.deepEqual(await bench.sums(key), [usd(20), 0, 0]);
    }
  }),

  storeCase("needs no room for a retry, but counts its call", async (bench) => {
    const key = await bench.issue({ dailyCapMicroUsd: usd(20), maxCalls: 2 });
    await bench.settle(await bench.reserve(key, charge(20), { replayId }), UNKNOWN);
    assert.equal((await bench.reserve(key, charge(20), { replayId })).answer.admitted, true);
    const third = await bench.reserve(key, charge(20), { replayId });
    assert.ok(!third.answer.admitted && third.answer.refusal.code === "call_limit_reached");
  }),

  storeCase("reserves anew once the vendor may have forgotten the first try", async (bench) => {
    const key = await bench.issue({});
    await bench.settle(await bench.reserve(key, charge(20), { replayId }), EFFECT);
    bench.now += 25 * HOUR_MS;
    const late = await bench.reserve(key, charge(20), { replayId });
    assert.deepEqual(await bench.sums(key), [usd(20), usd(20), 0]);
    await bench.settle(late, EFFECT);
    assert.deepEqual(await bench.sums(key), [usd(40), 0, 0]);
  }),
];
