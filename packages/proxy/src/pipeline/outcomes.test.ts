import { describe, expect, it } from "vitest";
import { startForTest, type TestBench, toForm } from "../../test-support/start-for-test.ts";
import { findDeadUrl, startRawVendor, startVendor } from "../../test-support/start-vendor.ts";
import { until } from "../../test-support/until.ts";

const FAST_TIMEOUT = { limits: { upstream_timeout_ms: 300 } };

async function lastEntry(bench: TestBench): Promise<object | undefined> {
  return (await bench.audit()).at(-1);
}

describe("what a vendor refuses for certain costs nothing", () => {
  it.each([400, 401, 402, 403, 404, 429])("%i", async (status) => {
    const bench = await startForTest();
    const key = await bench.issue({ daily_usd_cap: 20 });
    bench.sandbox.fail({ kind: "status", status });
    const answer = await bench.charge(key);
    expect(answer.status).toBe(status);
    expect(answer.headers["x-keybrake-code"]).toBeUndefined();
    expect(answer.headers["keybrake-cost-usd"]).toBe("0.00");
    expect(await bench.spend(key)).toMatchObject({ total_usd: 0, held_usd: 0, remaining_usd: 20 });
    expect(await lastEntry(bench)).toMatchObject({ outcome: "released", costMicroUsd: 0, status });
    expect((await bench.charge(key)).status).toBe(200);
  });

  it("a card that is declined", async () => {
    const bench = await startForTest();
    const key = await bench.issue({ daily_usd_cap: 20 });
    const declined = await bench.post(key, "/v1/charges", {
      amount: 2000,
      currency: "usd",
      source: "tok_chargeDeclined",
    });
    expect(declined.status).toBe(402);
    expect(declined.json).toMatchObject({ error: { code: "card_declined" } });
    expect((await bench.spend(key)).remaining_usd).toBe(20);
  });
});

describe("what nobody can tell stays held", () => {
  it.each([302, 409, 500, 503, 504])("the vendor answers %i", async (status) => {
    const bench = await startForTest();
    const key = await bench.issue({ daily_usd_cap: 20 });
    bench.sandbox.fail({ kind: "status", status });
    const answer = await bench.charge(key);
    expect(answer.status).toBe(status);
    expect(answer.headers["keybrake-cost-usd"]).toBe("20.00");
    expect(await bench.spend(key)).toMatchObject({
      total_usd: 0,
      held_usd: 20,
      unknown_usd: 20,
      remaining_usd: 0,
    });
    expect(await lastEntry(bench)).toMatchObject({ outcome: "unknown", costMicroUsd: null, status });
    expect((await bench.charge(key)).status).toBe(429);
  });

  it.each(["reset_before_effect", "reset_after_effect"] as const)("%s is 502", async (kind) => {
    const bench = await startForTest();
    const key = await bench.issue({ daily_usd_cap: 20 });
    bench.sandbox.fail({ kind });
    const answer = await bench.charge(key);
    expect(answer.status).toBe(502);
    expect(answer.json).toMatchObject({ code: "upstream_unreachable" });
    expect(answer.headers["stripe-should-retry"]).toBe("false");
    expect(await bench.spend(key)).toMatchObject({ held_usd: 20, unknown_usd: 20 });
    expect(await lastEntry(bench)).toMatchObject({
      outcome: "unknown",
      status: 502,
      code: "upstream_unreachable",
      decision: "allowed",
    });
  });

  it.each(["hang_before_effect", "hang_after_effect"] as const)("%s is 504", async (kind) => {
    const bench = await startForTest({ config: FAST_TIMEOUT });
    const key = await bench.issue({ daily_usd_cap: 20 });
    bench.sandbox.fail({ kind });
    const answer = await bench.charge(key);
    expect(answer.status).toBe(504);
    expect(answer.json).toMatchObject({ code: "upstream_timeout" });
    expect(answer.headers["stripe-should-retry"]).toBe("false");
    expect(await bench.spend(key)).toMatchObject({ held_usd: 20, unknown_usd: 20 });
  });
});

it("releases where the vendor can't be reached, and says that a retry may help nothing", async () => {
  const bench = await startForTest({ stripe: { upstream: await findDeadUrl() } });
  const key = await bench.issue({ daily_usd_cap: 20 });
  const answer = await bench.charge(key);
  expect(answer.status).toBe(502);
  expect(answer.json).toMatchObject({ code: "upstream_unreachable" });
  expect(answer.headers["stripe-should-retry"]).toBe("false");
  expect(await bench.spend(key)).toMatchObject({ held_usd: 0, remaining_usd: 20 });
  expect(await lastEntry(bench)).toMatchObject({ outcome: "released", costMicroUsd: 0, status: 502 });
});

it("settles at the estimate where a success can't be read", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ daily_usd_cap: 30 });
  bench.sandbox.fail({ kind: "broken_json" });
  const answer = await bench.charge(key);
  expect(answer.status).toBe(200);
  expect(answer.json).toBeUndefined();
  expect(await bench.spend(key)).toMatchObject({ total_usd: 20, held_usd: 0 });
});

it("settles at the estimate where the connection breaks within a success", async () => {
  const vendor = await startRawVendor((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"amount": 1');
    setTimeout(() => socket.destroy(), 20);
  });
  const bench = await startForTest({ stripe: { upstream: vendor.url } });
  const key = await bench.issue({ daily_usd_cap: 30 });
  await expect(bench.charge(key)).rejects.toThrow();
  await until("the call is settled", async () => (await bench.audit()).length === 1);
  expect(await bench.spend(key)).toMatchObject({ total_usd: 20, held_usd: 0 });
});

it("settles what the answer says, above and below the estimate, and in its own currency", async () => {
  let body = {};
  const vendor = await startVendor((_call, response) => response.end(JSON.stringify(body)));
  const bench = await startForTest({ stripe: { upstream: vendor.url }, config: { fx: { eur: 1.1 } } });
  const key = await bench.issue({ daily_usd_cap: 1000 });
  const costs: unknown[] = [];
  for (body of [
    { amount: 1500, currency: "usd" },
    { amount: 2300, currency: "usd" },
    { amount: 2000, currency: "eur" },
    { amount: 2000, currency: "xts" },
    { amount: -5, currency: "usd" },
    { currency: "usd" },
    [],
  ]) {
    costs.push((await bench.charge(key)).headers["keybrake-cost-usd"]);
  }
  expect(costs).toEqual(["15.00", "23.00", "22.00", "20.00", "20.00", "20.00", "20.00"]);
});

it("costs a retry after a time-out once: the vendor replays, the reservation is shared", async () => {
  const bench = await startForTest({ config: FAST_TIMEOUT });
  const key = await bench.issue({ daily_usd_cap: 20 });
  const retried = { "idempotency-key": "order-1" };
  bench.sandbox.fail({ kind: "hang_after_effect" });
  expect((await bench.charge(key, 2000, retried)).status).toBe(504);
  const second = await bench.charge(key, 2000, retried);
  expect(second.status).toBe(200);
  expect(second.headers["idempotent-replayed"]).toBe("true");
  const third = await bench.charge(key, 2000, retried);
  expect(third.headers["keybrake-cost-usd"]).toBe("0.00");
  expect(bench.grossUsdMinor()).toBe(2000);
  expect(await bench.spend(key)).toMatchObject({ total_usd: 20, held_usd: 0, unknown_usd: 0, calls: 3 });
});

it("releases nothing where a second try is refused before the vendor looks at its key", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ daily_usd_cap: 20 });
  const retried = { "idempotency-key": "order-1" };
  bench.sandbox.fail({ kind: "reset_after_effect" });
  expect((await bench.charge(key, 2000, retried)).status).toBe(502);
  for (const status of [429, 401, 400]) {
    bench.sandbox.fail({ kind: "status", status });
    expect((await bench.charge(key, 2000, retried)).status).toBe(status);
    expect(await bench.spend(key)).toMatchObject({ held_usd: 20, unknown_usd: 20 });
  }
});

it("shares nothing between other keys, bodies, accounts and endpoints", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ accounts: ["*"] });
  const headers = { "idempotency-key": "same" };
  bench.sandbox.fail({ kind: "status", status: 500, times: 5 });
  await bench.charge(key, 2000, headers);
  await bench.charge(key, 3000, headers);
  await bench.charge(key, 2000, { ...headers, "stripe-account": "acct_1" });
  await bench.post(
    key,
    "/v1/payment_intents",
    { amount: 2000, currency: "usd", source: "tok_visa" },
    headers,
  );
  await bench.charge(await bench.issue(), 2000, headers);
  expect(await bench.spend(key)).toMatchObject({ held_usd: 90 });
});

it("holds once what two tries at the same moment are, whatever the vendor tells the second", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ daily_usd_cap: 20 });
  const headers = { "idempotency-key": "twice" };
  bench.sandbox.fail({ kind: "delay", ms: 100 });
  const answers = await Promise.all([bench.charge(key, 2000, headers), bench.charge(key, 2000, headers)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  expect(await bench.spend(key)).toMatchObject({ total_usd: 20, held_usd: 0, unknown_usd: 0 });
});

it("settles and enters a call whose caller left", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ daily_usd_cap: 100 });
  bench.sandbox.fail({ kind: "delay", ms: 150 });
  const caller = new AbortController();
  const call = fetch(`${bench.url}/stripe/v1/charges`, {
    method: "POST",
    signal: caller.signal,
    headers: {
      authorization: `Bearer ${key.token}`,
      "content-type": "application/x-www-form-urlencoded",
    },
    body: toForm({ amount: 2000, currency: "usd", source: "tok_visa" }),
  });
  await until("the vendor has the call", () => bench.sandbox.requests().length === 1);
  caller.abort();
  await expect(call).rejects.toThrow();
  await until("the call is settled", async () => (await bench.audit()).length === 1);
  expect(bench.grossUsdMinor()).toBe(2000);
  expect(await bench.spend(key)).toMatchObject({ total_usd: 20, held_usd: 0 });
});

it("settles a call whose caller leaves within a slow answer", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ daily_usd_cap: 100 });
  bench.sandbox.fail({ kind: "slow_body", ms: 20 });
  const caller = new AbortController();
  const call = fetch(`${bench.url}/stripe/v1/charges`, {
    method: "POST",
    signal: caller.signal,
    headers: { authorization: `Bearer ${key.token}`, "content-type": "application/x-www-form-urlencoded" },
    body: toForm({ amount: 2000, currency: "usd", source: "tok_visa" }),
  });
  await until("the vendor has acted", () => bench.grossUsdMinor() === 2000);
  caller.abort();
  await expect(call).rejects.toThrow();
  await until("the call is settled", async () => (await bench.audit()).length === 1);
  expect(await bench.spend(key)).toMatchObject({ total_usd: 20, held_usd: 0 });
});

it("hands redirects back, and follows none", async () => {
  const elsewhere = await startVendor((_call, response) => response.end("{}"));
  const vendor = await startVendor((_call, response) =>
    response.writeHead(307, { location: `${elsewhere.url}/v1/charges` }).end(),
  );
  const bench = await startForTest({ stripe: { upstream: vendor.url } });
  const key = await bench.issue();
  const answer = await bench.charge(key);
  expect(answer.status).toBe(307);
  expect(answer.headers.location).toBe(`${elsewhere.url}/v1/charges`);
  expect(elsewhere.calls).toEqual([]);
});

it("retries nothing itself", async () => {
  let requests = 0;
  const vendor = await startRawVendor((socket) => {
    requests++;
    socket.destroy();
  });
  const bench = await startForTest({ stripe: { upstream: vendor.url } });
  const key = await bench.issue();
  expect((await bench.charge(key)).status).toBe(502);
  expect(
    (await bench.send("GET", "/stripe/v1/charges", { headers: { authorization: `Bearer ${key.token}` } }))
      .status,
  ).toBe(502);
  expect(requests).toBe(2);
});

it("lets a vendor's strange headers neither hang nor double a call", async () => {
  const vendor = await startRawVendor((socket) => {
    const head = Buffer.from(
      "HTTP/1.1 200 OK\r\nX-City: Z\xc3\xbcrich \xe2\x82\xac\r\nContent-Length: 2\r\n\r\n{}",
      "latin1",
    );
    socket.end(head);
  });
  const bench = await startForTest({ stripe: { upstream: vendor.url } });
  const key = await bench.issue();
  const answer = await bench.charge(key);
  expect(answer.status).toBe(200);
  expect(answer.text).toBe("{}");
  expect(await bench.audit()).toHaveLength(1);
});
