import { isCapExhausted } from "@keybrake/core";
import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { startForTest, type TestBench } from "../../test-support/start-for-test.ts";
import { findDeadUrl, startVendor } from "../../test-support/start-vendor.ts";

const CARD = { currency: "usd", source: "tok_visa" };

async function chargeId(bench: TestBench, amount: number, currency = "usd"): Promise<string> {
  const key = await bench.issue({ daily_usd_cap: 1_000_000_000 });
  const answer = await bench.post(key, "/v1/charges", { ...CARD, amount, currency });
  return (answer.json as { id: string }).id;
}

describe("refunds take amount and currency from the charge", () => {
  it("an amount of the charge's currency", async () => {
    const bench = await startForTest({ config: { fx: { gbp: 1.27 } } });
    const charge = await chargeId(bench, 2000, "gbp");
    const key = await bench.issue({ daily_usd_cap: 100 });
    const answer = await bench.post(key, "/v1/refunds", { charge, amount: 500 });
    expect(answer.headers["keybrake-cost-usd"]).toBe("6.35");
  });

  it("what is left where no amount is given", async () => {
    const bench = await startForTest();
    const charge = await chargeId(bench, 2000);
    const key = await bench.issue({ daily_usd_cap: 20 });
    await bench.post(key, "/v1/refunds", { charge, amount: 500 });
    const rest = await bench.post(key, "/v1/refunds", { charge });
    expect(rest.headers["keybrake-cost-usd"]).toBe("15.00");
    expect((await bench.audit()).at(-1)).toMatchObject({ reservedMicroUsd: 15_000_000 });
    expect(await bench.spend(key)).toMatchObject({ total_usd: 20, remaining_usd: 0 });
  });

  it("of a payment intent", async () => {
    const bench = await startForTest();
    const payer = bench.stripe(await bench.issue());
    const intent = await payer.paymentIntents.create({
      amount: 3000,
      currency: "usd",
      payment_method: "pm_card_visa",
      confirm: true,
    });
    const key = await bench.issue({ daily_usd_cap: 100 });
    const answer = await bench.post(key, "/v1/refunds", { payment_intent: intent.id });
    expect(answer.headers["keybrake-cost-usd"]).toBe("30.00");
  });

  it("over the cap: the vendor sees the look-up, never the refund", async () => {
    const bench = await startForTest();
    const charge = await chargeId(bench, 2000);
    const key = await bench.issue({ daily_usd_cap: 19.99 });
    expect((await bench.post(key, "/v1/refunds", { charge })).json).toMatchObject({ code: "cap_exhausted" });
    expect(bench.sandbox.requests().map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /v1/charges",
      `GET /v1/charges/${charge}`,
    ]);
  });

  it("unpriced where look-ups are off, or there is no such charge", async () => {
    const off = await startForTest({ config: { look_up: false } });
    const charge = await chargeId(off, 2000);
    const key = await off.issue({ daily_usd_cap: 100 });
    expect((await off.post(key, "/v1/refunds", { charge })).json).toMatchObject({
      code: "unpriced_endpoint",
    });
    const on = await startForTest();
    const other = await on.issue({ daily_usd_cap: 100 });
    for (const fields of [{ charge: "ch_nobody" }, { amount: 5 }]) {
      const answer = await on.post(other, "/v1/refunds", fields);
      expect(answer.json).toMatchObject({ code: "unpriced_endpoint" });
    }
  });

  it.each([
    { charge: "ch_1/../../v1/balance" },
    { charge: "ch_1?expand[]=x" },
    { charge: "ch_1", payment_intent: "pi_1" },
    { charge: "ch_1", Charge: "ch_2" },
    { charge: "ch_1", "[charge]": "ch_2" },
    { charge: "ch_1", "charge]": "ch_2" },
    { charge: "ch_1", amount: "5.00" },
  ])("never from an ambiguous body: %o", async (fields) => {
    const vendor = await startVendor((_call, response) => response.end('{"amount":2000,"currency":"usd"}'));
    const bench = await startForTest({ stripe: { upstream: vendor.url } });
    const key = await bench.issue({ daily_usd_cap: 100 });
    const body = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
    const answer = await bench.post(key, "/v1/refunds", body);
    expect(answer.json).toMatchObject({ code: "unreadable_amount" });
    expect(vendor.calls.filter(({ method }) => method === "POST")).toEqual([]);
  });

  it("answers 502 and 504 where the look-up gets no answer, with nothing held", async () => {
    const dead = await startForTest({ stripe: { upstream: await findDeadUrl() } });
    const key = await dead.issue({ daily_usd_cap: 100 });
    const unreachable = await dead.post(key, "/v1/refunds", { charge: "ch_1" });
    expect([unreachable.status, unreachable.headers["x-keybrake-code"]]).toEqual([
      502,
      "upstream_unreachable",
    ]);
    const slow = await startForTest({ config: { limits: { upstream_timeout_ms: 200 } } });
    slow.sandbox.fail({ kind: "hang_before_effect" });
    const other = await slow.issue({ daily_usd_cap: 100 });
    const late = await slow.post(other, "/v1/refunds", { charge: "ch_1" });
    expect([late.status, late.headers["x-keybrake-code"]]).toEqual([504, "upstream_timeout"]);
    for (const [bench, issued] of [
      [dead, key],
      [slow, other],
    ] as const) {
      expect(await bench.spend(issued)).toMatchObject({ held_usd: 0, remaining_usd: 100 });
      expect(bench.internalErrors).toEqual([]);
      expect(await bench.audit()).toHaveLength(1);
    }
  });
});

describe("bodies", () => {
  it("takes JSON and forwards a form", async () => {
    const bench = await startForTest();
    const key = await bench.issue({ daily_usd_cap: 100 });
    const answer = await bench.send("POST", "/stripe/v1/charges", {
      headers: { authorization: `Bearer ${key.token}`, "content-type": "application/json; charset=utf-8" },
      body: '{"amount": 2000, "currency": "usd", "source": "tok_visa", "metadata": {"order": "Zürich"}}',
    });
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ amount: 2000, metadata: { order: "Zürich" } });
    const [sent] = bench.sandbox.requests();
    expect(sent?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    expect(sent?.headers["content-length"]).toBe(String(Buffer.byteLength(sent?.body ?? "")));
  });

  it("forwards exactly the bytes it read of a form", async () => {
    const bench = await startForTest();
    const key = await bench.issue({ daily_usd_cap: 100 });
    const body = "currency=%75sd&am%6Funt=2000&source=tok_visa&description=a+b%20c&expand[]=customer";
    const answer = await bench.send("POST", "/stripe/v1/charges", {
      headers: {
        authorization: `Bearer ${key.token}`,
        "content-type": "application/x-www-form-urlencoded",
      },
      body,
    });
    expect(answer.status).toBe(200);
    expect(bench.sandbox.requests()[0]?.body).toBe(body);
    expect((await bench.spend(key)).total_usd).toBe(20);
  });

  const form = "application/x-www-form-urlencoded";
  it.each<readonly [string, string, string]>([
    ["repeated amount", form, "amount=100&amount=999999&currency=usd"],
    ["amount as a list", form, "amount[]=100&currency=usd"],
    ["amount twice, once as a list", form, "amount=100&amount[]=999999&currency=usd"],
    ["amount in brackets", form, "amount=100&[amount]=999999&currency=usd"],
    ["amount with a stray bracket", form, "amount=100&amount]=999999&currency=usd"],
    ["amount in other letters", form, "amount=100&Amount=999999&currency=usd"],
    ["amount in full-width letters", form, "amount=100&%EF%BD%81mount=999999&currency=usd"],
    ["amount behind a space", form, "amount=100&+amount=999999&currency=usd"],
    ["amount before a NUL", form, "amount=100&amount%00=999999&currency=usd"],
    ["amount behind a semicolon", form, "amount=100;amount=999999&currency=usd"],
    ["repeated currency", form, "amount=100&currency=usd&currency=kwd"],
    ["no amount", form, "currency=usd"],
    ["no currency", form, "amount=100"],
    ["two currencies in one", form, "amount=100&currency=usd,eur"],
    ["a broken escape in the amount", form, "amount=100%&currency=usd"],
    ["broken UTF-8 in the currency", form, "amount=100&currency=us%ff"],
    ["a BOM", form, "\ufeffamount=100&currency=usd"],
    ...[
      "2e3",
      "+2000",
      "%202000",
      "2000%20",
      "0x7D0",
      "2000.0",
      "%EF%BC%92%EF%BC%90",
      "",
      "-5",
      "NaN",
      "02",
      "1_000",
      "2,000",
      "1234567890123456",
    ].map((amount) => [`amount ${amount}`, form, `amount=${amount}&currency=usd`] as const),
    ["above 9,000,000,000 USD", form, "amount=900000000001&currency=usd"],
    ["multipart", "multipart/form-data; boundary=a", "--a--"],
    ["text", "text/plain", "amount=100&currency=usd"],
    ["another charset", `${form}; charset=utf-16`, "amount=100&currency=usd"],
    ["broken JSON", "application/json", '{"amount":100,"currency":"usd"'],
    ["a name twice in JSON", "application/json", '{"amount":100,"amount":999999,"currency":"usd"}'],
    [
      "a name twice in JSON, escaped",
      "application/json",
      '{"amount":100,"\\u0061mount":999999,"currency":"usd"}',
    ],
    ["a JSON float", "application/json", '{"amount":2000.0,"currency":"usd"}'],
    ["a JSON exponent", "application/json", '{"amount":2e3,"currency":"usd"}'],
    ["a JSON negative", "application/json", '{"amount":-5,"currency":"usd"}'],
    ["a JSON list", "application/json", '[{"amount":100,"currency":"usd"}]'],
    ["amount as a JSON list", "application/json", '{"amount":[100],"currency":"usd"}'],
    ["amount as a JSON object", "application/json", '{"amount":{"value":100},"currency":"usd"}'],
    ["null", "application/json", '{"amount":null,"currency":"usd"}'],
    ["JSON behind a BOM", "application/json", '\ufeff{"amount":100,"currency":"usd"}'],
    ["JSON with a comment", "application/json", '{"amount":100,/**/"currency":"usd"}'],
    ["a lone surrogate", "application/json", '{"amount":100,"currency":"usd","x":"\\ud800"}'],
    ["JSON as a form", form, '{"amount":100,"currency":"usd"}'],
  ])("reaches nobody with %s", async (_name, contentType, body) => {
    const bench = await startForTest();
    const key = await bench.issue({ daily_usd_cap: 1_000_000_000 });
    const answer = await bench.send("POST", "/stripe/v1/charges", {
      headers: { authorization: `Bearer ${key.token}`, "content-type": contentType },
      body,
    });
    expect([answer.status, answer.headers["x-keybrake-code"]]).toEqual([400, "unreadable_amount"]);
    expect(bench.sandbox.requests()).toEqual([]);
  });

  it.each([
    ["a compressed body", { "content-encoding": "gzip" }, ""],
    ["an amount in the query", {}, "?amount=1"],
    ["any query", {}, "?expand[]=customer"],
  ])("reaches nobody with %s", async (_name, headers, query) => {
    const bench = await startForTest();
    const key = await bench.issue({ daily_usd_cap: 100 });
    const answer = await bench.post(key, `/v1/charges${query}`, { amount: 100, ...CARD }, headers);
    expect(answer.json).toMatchObject({ code: "unreadable_amount" });
    expect(bench.sandbox.requests()).toEqual([]);
  });
});

describe("the SDK", () => {
  it("charges, lists every page and retrieves", async () => {
    const bench = await startForTest();
    const stripe = bench.stripe(await bench.issue({ daily_usd_cap: 500 }));
    const made: string[] = [];
    for (let index = 0; index < 5; index++) {
      made.push((await stripe.charges.create({ amount: 1000 + index, ...CARD })).id);
    }
    const listed: string[] = [];
    for await (const charge of stripe.charges.list({ limit: 2 })) listed.push(charge.id);
    expect(listed).toEqual(made.reverse());
    expect((await stripe.charges.retrieve(made[0] ?? "")).amount).toBe(1004);
  });

  it("is told of a full cap after exactly one attempt, by our code", async () => {
    const bench = await startForTest();
    const stripe = bench.stripe(await bench.issue({ daily_usd_cap: 10 }), { maxNetworkRetries: 5 });
    const error: unknown = await stripe.charges.create({ amount: 2000, ...CARD }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "cap_exhausted", statusCode: 429, rawType: "keybrake_error" });
    expect(isCapExhausted(error)).toBe(true);
    expect(bench.calls).toHaveLength(1);
    expect(bench.sandbox.requests()).toEqual([]);
  });

  it("sees the vendor's own errors untouched", async () => {
    const bench = await startForTest();
    const stripe = bench.stripe(await bench.issue({ daily_usd_cap: 100 }));
    const declined = stripe.charges.create({ amount: 2000, ...CARD, source: "tok_chargeDeclined" });
    await expect(declined).rejects.toMatchObject({ type: "StripeCardError", code: "card_declined" });
  });

  it("charges once where its connection breaks and it retries by itself", async () => {
    const bench = await startForTest();
    const key = await bench.issue({ daily_usd_cap: 20 });
    bench.sandbox.fail({ kind: "reset_after_effect" });
    const charge = await bench.stripe(key).charges.create({ amount: 2000, ...CARD });
    expect(charge.amount).toBe(2000);
    expect(bench.calls.map(({ status }) => status)).toEqual([502, 200]);
    expect(bench.grossUsdMinor()).toBe(2000);
    expect(await bench.spend(key)).toMatchObject({ total_usd: 20, held_usd: 0 });
  });

  it.each([
    ["invalid_key", 401, "StripeAuthenticationError", { token: "vk_live_nobody" }, {}],
    ["endpoint_not_allowed", 403, "StripePermissionError", {}, { allowed_endpoints: ["GET /v1/balance"] }],
    ["unreadable_amount", 400, "StripeInvalidRequestError", {}, { daily_usd_cap: 100 }],
  ] as const)("throws %s, and tries once", async (code, status, type, overrides, policy) => {
    const bench = await startForTest();
    const key = await bench.issue(policy);
    const stripe = bench.stripe({ ...key, ...overrides });
    const fields = { amount: 20.5, ...CARD } satisfies Stripe.ChargeCreateParams;
    await expect(stripe.charges.create(fields)).rejects.toMatchObject({ code, statusCode: status, type });
    expect(bench.calls).toHaveLength(1);
  });
});
