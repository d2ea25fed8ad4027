import { expect, it } from "vitest";
import { startForTest } from "../../test-support/start-for-test.ts";

/** Runs work many times, so many at once. */
async function runMany(times: number, concurrency: number, work: () => Promise<void>): Promise<void> {
  let left = times;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (left-- > 0) await work();
    }),
  );
}

it("lets exactly 25 of 5,000 charges of 20 USD through a cap of 500 USD", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ daily_usd_cap: 500 });
  const statuses = new Map<number, number>();
  await runMany(5000, 250, async () => {
    const { status } = await bench.charge(key);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  });
  expect(Object.fromEntries(statuses)).toEqual({ 200: 25, 429: 4975 });
  expect(bench.sandbox.requests()).toHaveLength(25);
  expect(bench.grossUsdMinor()).toBe(50_000);
  expect(await bench.audit()).toHaveLength(5000);
  expect(await bench.spend(key)).toMatchObject({ daily_usd: 500, held_usd: 0, remaining_usd: 0, calls: 25 });
});

it("shares a budget between two keys to the cent", async () => {
  const bench = await startForTest();
  await bench.control("PUT", "/v1/budgets/user:42", { daily_usd_cap: 100.01 });
  const keys = await Promise.all([1, 2].map(() => bench.issue({ budgets: ["user:42"] })));
  let turn = 0;
  await runMany(40, 20, async () => {
    const key = keys[turn++ % 2];
    if (key) await bench.charge(key, 1000);
  });
  expect(bench.grossUsdMinor()).toBe(10_000);
  for (const key of keys) expect((await bench.spend(key)).remaining_usd).toBe(0.01);
  const [one, other] = keys;
  if (!one || !other) throw new Error("two keys");
  expect((await bench.charge(one, 1)).status).toBe(200);
  const refused = await bench.charge(other, 1);
  expect(refused.json).toMatchObject({
    code: "cap_exhausted",
    details: { limit: "budget:user:42:daily", cap_usd: "100.01", spent_usd: "100.01", requested_usd: "0.01" },
  });
  expect(bench.grossUsdMinor()).toBe(10_001);
});

it("refuses every call on a frozen budget, reads too", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ budgets: ["org:acme"] });
  await bench.control("PUT", "/v1/budgets/org:acme", { frozen: true });
  for (const answer of [
    await bench.charge(key),
    await bench.send("GET", "/stripe/v1/charges", { headers: { authorization: `Bearer ${key.token}` } }),
  ]) {
    expect(answer.status).toBe(403);
    expect(answer.json).toMatchObject({ code: "budget_frozen" });
  }
  await bench.control("PUT", "/v1/budgets/org:acme", { frozen: false });
  expect((await bench.charge(key)).status).toBe(200);
});

it("says what a call cost in each response of an accepted key, and what remains where the ledger was asked", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ daily_usd_cap: 30, allowed_endpoints: ["POST /v1/charges"] });
  const paid = await bench.charge(key);
  expect(paid.headers).toMatchObject({ "keybrake-cost-usd": "20.00", "keybrake-remaining-usd": "10.00" });
  const full = await bench.charge(key);
  expect(full.headers).toMatchObject({ "keybrake-cost-usd": "0.00", "keybrake-remaining-usd": "10.00" });
  const closed = await bench.post(key, "/v1/refunds", { charge: "ch_1" });
  expect(closed.json).toMatchObject({ code: "endpoint_not_allowed" });
  expect(closed.headers).toMatchObject({ "keybrake-cost-usd": "0.00" });
  const unreadable = await bench.post(key, "/v1/charges", { amount: "2e3", currency: "usd" });
  expect(unreadable.headers).toMatchObject({ "keybrake-cost-usd": "0.00" });
  // These were refused before their price was known, and no response asks the ledger once more.
  for (const { headers } of [closed, unreadable])
    expect(headers).not.toHaveProperty("keybrake-remaining-usd");
  for (const { headers } of [paid, full, closed, unreadable]) {
    expect(headers["keybrake-request-id"]).toMatch(/^req_/);
    expect(headers["keybrake-key-expires-at"]).toBe(key.expires_at);
  }
});

it("holds single calls to max_usd_per_call", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ max_usd_per_call: 20 });
  expect((await bench.charge(key, 2000)).status).toBe(200);
  const refused = await bench.charge(key, 2001);
  expect(refused.status).toBe(429);
  expect(refused.json).toMatchObject({ code: "cap_exhausted", details: { limit: "key:per_call" } });
  expect(bench.grossUsdMinor()).toBe(2000);
});

it("limits calls by number and by minute, and only the latter says when to come back", async () => {
  const bench = await startForTest();
  const few = await bench.issue({ max_calls: 1 });
  await bench.charge(few);
  const over = await bench.charge(few);
  expect(over.json).toMatchObject({ code: "call_limit_reached" });
  expect(over.headers).not.toHaveProperty("retry-after");

  const slow = await bench.issue({ calls_per_minute: 2 });
  await bench.charge(slow);
  await bench.charge(slow);
  const fast = await bench.charge(slow);
  expect(fast.status).toBe(429);
  expect(fast.json).toMatchObject({ code: "rate_limited" });
  expect(Number(fast.headers["retry-after"])).toBeGreaterThan(50);
  bench.advance(60_000);
  expect((await bench.charge(slow)).status).toBe(200);
});

it("starts the daily cap anew with the UTC day, and the total never", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ daily_usd_cap: 20, total_usd_cap: 30, expires_in: "24h" });
  expect((await bench.charge(key)).status).toBe(200);
  expect((await bench.charge(key)).status).toBe(429);
  const { resets_at } = await bench.spend(key);
  bench.advance(Date.parse(resets_at) - Date.now() + 1000);
  expect((await bench.charge(key)).json).toMatchObject({ details: { limit: "key:total" } });
  expect((await bench.charge(key, 1000)).status).toBe(200);
});
