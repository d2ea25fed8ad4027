import assert from "node:assert/strict";
import {
  charge,
  DAY_MS,
  EFFECT,
  FREE,
  type LedgerCase,
  REFUSED,
  refusal,
  reserved,
  SECOND_MS,
  storeCase,
  UNKNOWN,
  usd,
} from "./store-bench.ts";

const LAST_SECOND = Date.UTC(2026, 0, 15, 23, 59, 59);
const NEXT_DAY = Date.UTC(2026, 0, 16, 0, 0, 1);

/** Days, lives and minutes. */
export const windowCases: LedgerCase[] = [
  storeCase("counts a call in the day in which it was reserved", async (bench) => {
    bench.now = LAST_SECOND;
    const key = await bench.issue({ dailyCapMicroUsd: usd(20) });
    const attempt = await bench.reserve(key, charge(20));
    bench.now = NEXT_DAY;
    const settled = await bench.settle(attempt, EFFECT);
    assert.equal(settled.remainingMicroUsd, usd(20), "day 2 has its whole cap");
    const { spend } = await bench.state(key);
    assert.deepEqual([spend.dailyMicroUsd, spend.dailyHeldMicroUsd, spend.totalMicroUsd], [0, 0, usd(20)]);
    assert.equal(reserved(await bench.reserve(key, charge(20))), usd(20));
  }),

  storeCase("keeps a hold of yesterday out of today's window, but in the total", async (bench) => {
    bench.now = LAST_SECOND;
    const key = await bench.issue({ dailyCapMicroUsd: usd(20), totalCapMicroUsd: usd(30) });
    await bench.settle(await bench.reserve(key, charge(20)), UNKNOWN);
    bench.now = NEXT_DAY;
    assert.equal(refusal(await bench.reserve(key, charge(20))).limit, "key:total");
    assert.equal(reserved(await bench.reserve(key, charge(10))), usd(10));
  }),

  storeCase("releases into the day in which it was reserved", async (bench) => {
    bench.now = LAST_SECOND;
    const key = await bench.issue({ dailyCapMicroUsd: usd(20) });
    const attempt = await bench.reserve(key, charge(20));
    bench.now = NEXT_DAY;
    await bench.reserve(key, charge(15));
    await bench.settle(attempt, REFUSED);
    assert.equal((await bench.state(key)).spend.dailyHeldMicroUsd, usd(15));
    assert.equal(refusal(await bench.reserve(key, charge(6))).limit, "key:daily");
  }),

  storeCase("counts the total over days", async (bench) => {
    const key = await bench.issue({ totalCapMicroUsd: usd(50) });
    for (let day = 0; day < 2; day++) {
      await bench.settle(await bench.reserve(key, charge(20)), EFFECT);
      bench.now += DAY_MS;
    }
    assert.equal(refusal(await bench.reserve(key, charge(20))).limit, "key:total");
    assert.equal(reserved(await bench.reserve(key, charge(10))), usd(10));
  }),

  storeCase("says when a daily cap is new", async (bench) => {
    const key = await bench.issue({ dailyCapMicroUsd: usd(5) });
    const { answer } = await bench.reserve(key, charge(6));
    assert.ok(!answer.admitted);
    assert.deepEqual(answer.refusal, {
      code: "cap_exhausted",
      limit: "key:daily",
      capMicroUsd: usd(5),
      spentMicroUsd: 0,
      heldMicroUsd: 0,
      requestedMicroUsd: usd(6),
      resetsAt: Date.UTC(2026, 0, 16),
    });
  }),

  storeCase(
    "holds a budget to its monthly cap, stored or stated, until the UTC month ends",
    async (bench) => {
      const end = Date.UTC(2026, 1, 1);
      await bench.store.putBudget("acme", "stored", { monthlyCapMicroUsd: usd(50) });
      const stated = { budgets: ["stated"], budgetCaps: { stated: { monthlyCapMicroUsd: usd(50) } } };
      for (const policy of [{ budgets: ["stored"] }, stated]) {
        bench.now = Date.UTC(2026, 0, 25, 12);
        const key = await bench.issue(policy);
        await bench.settle(await bench.reserve(key, charge(20)), EFFECT);
        bench.now = end - SECOND_MS;
        const doubtful = await bench.reserve(key, charge(20));
        const { answer } = await bench.reserve(key, charge(11));
        assert.ok(!answer.admitted);
        const { stated: _stated, ...refused } = answer.refusal;
        assert.deepEqual(refused, {
          code: "cap_exhausted",
          limit: `budget:${policy.budgets[0]}:monthly`,
          capMicroUsd: usd(50),
          spentMicroUsd: usd(20),
          heldMicroUsd: usd(20),
          requestedMicroUsd: usd(11),
          resetsAt: end,
        });
        assert.equal(answer.remainingMicroUsd, usd(10));
        bench.now = end;
        assert.equal(reserved(await bench.reserve(key, charge(50))), usd(50));
        assert.equal(refusal(await bench.reserve(key, charge(0.01))).code, "cap_exhausted");
        assert.equal((await bench.settle(doubtful, REFUSED)).remainingMicroUsd, 0, "it counted in January");
        const found = await bench.store.getBudget("acme", policy.budgets[0] ?? "");
        assert.deepEqual([found?.spend.monthlyMicroUsd, found?.spend.monthlyHeldMicroUsd], [0, usd(50)]);
        assert.equal(found?.spend.totalMicroUsd, usd(20));
      }
      const shut = await bench.store.putBudget("acme", "shut", { monthlyCapMicroUsd: 0 });
      assert.equal(shut.monthlyCapMicroUsd, 0);
      const none = await bench.issue({ budgets: ["shut"] });
      assert.equal(refusal(await bench.reserve(none, charge(0))).limit, "budget:shut:monthly");
      await bench.store.putBudget("acme", "shut", { monthlyCapMicroUsd: null });
      assert.equal(reserved(await bench.reserve(none, charge(1))), usd(1));
    },
  ),

  storeCase("counts a cost that comes later in the month of its call", async (bench) => {
    bench.now = Date.UTC(2026, 0, 31, 12);
    await bench.store.putBudget("acme", "b", { monthlyCapMicroUsd: usd(50) });
    const key = await bench.issue({ budgets: ["b"] });
    await bench.settle(await bench.reserve(key, charge(20)), UNKNOWN);
    bench.now = Date.UTC(2026, 1, 1, 12);
    const [entry] = await bench.audit();
    await bench.store.resettle("acme", entry?.id ?? "", usd(30), "reconciled");
    assert.equal(reserved(await bench.reserve(key, charge(50))), usd(50));
    bench.now = Date.UTC(2026, 0, 31, 13);
    assert.equal((await bench.store.getBudget("acme", "b"))?.spend.monthlyMicroUsd, usd(30));
  }),

  storeCase("counts calls over a key's life, free ones too", async (bench) => {
    const key = await bench.issue({ maxCalls: 3 });
    const tries = await Promise.all(Array.from({ length: 10 }, () => bench.reserve(key, FREE)));
    assert.equal(tries.filter(({ answer }) => answer.admitted).length, 3);
    bench.now += DAY_MS;
    assert.deepEqual(refusal(await bench.reserve(key, FREE)), {
      code: "call_limit_reached",
      limit: "key:calls",
    });
  }),

  storeCase("slides the limit of calls a minute, and says when there is room again", async (bench) => {
    const key = await bench.issue({ callsPerMinute: 2 });
    const start = bench.now;
    await bench.reserve(key, FREE);
    bench.now = start + 20 * SECOND_MS;
    await bench.reserve(key, FREE);
    bench.now = start + 30 * SECOND_MS;
    const refused = { code: "rate_limited", limit: "key:calls_per_minute" };
    assert.deepEqual(refusal(await bench.reserve(key, FREE)), { ...refused, retryAfterSeconds: 30 });
    bench.now = start + 59_999;
    assert.deepEqual(refusal(await bench.reserve(key, FREE)), { ...refused, retryAfterSeconds: 1 });
    bench.now = start + 60 * SECOND_MS;
    assert.ok((await bench.reserve(key, FREE)).answer.admitted);
    assert.deepEqual(refusal(await bench.reserve(key, FREE)), { ...refused, retryAfterSeconds: 20 });
  }),
];
