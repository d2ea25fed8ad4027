import { describe, expect, test } from "vitest";
import { createClient, readBody, startForTest } from "./testing/start-for-test.ts";

const intentForm = "amount=2000&currency=usd";

describe("authentication", () => {
  test("takes Bearer, and Basic with the key as the user", async () => {
    const { sandbox } = await startForTest();
    const basic = Buffer.from(`${sandbox.secretKey}:`).toString("base64");
    for (const authorization of [`Bearer ${sandbox.secretKey}`, `Basic ${basic}`]) {
      const response = await fetch(`${sandbox.url}/v1/balance`, { headers: { authorization } });
      expect(response.status).toBe(200);
    }
  });

  test("refuses every other key, and never repeats it whole", async () => {
    const { sandbox } = await startForTest();
    const foreign = createClient(sandbox, "vk_live_0123456789abcd");
    await expect(foreign.charges.create({ amount: 1, currency: "usd" })).rejects.toMatchObject({
      type: "StripeAuthenticationError",
      message: "Invalid API Key provided: vk_****abcd",
    });
    const without = await fetch(`${sandbox.url}/v1/balance`);
    expect(without.status).toBe(401);
    expect(await without.json()).toMatchObject({ error: { type: "invalid_request_error" } });
    expect(sandbox.ledger().executedCalls).toBe(0);
  });

  test("tells live from test, which share nothing", async () => {
    const { sandbox, stripe } = await startForTest();
    const testStripe = createClient(sandbox, sandbox.testSecretKey);
    const live = await stripe.paymentIntents.create({ amount: 1, currency: "usd" });
    const rehearsal = await testStripe.paymentIntents.create({ amount: 2, currency: "usd" });
    expect([live.livemode, rehearsal.livemode]).toEqual([true, false]);
    await expect(testStripe.paymentIntents.retrieve(live.id)).rejects.toMatchObject({ statusCode: 404 });
    expect(sandbox.ledger().entries.map((entry) => entry.livemode)).toEqual([true, false]);
  });

  test("has no other account to act on", async () => {
    const { sandbox, post } = await startForTest();
    const response = await post("/v1/payment_intents", intentForm, { "stripe-account": "acct_other" });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ error: { code: "account_invalid" } });
    expect(sandbox.ledger().entries).toEqual([]);
  });
});

describe("bodies", () => {
  test("in JSON are refused", async () => {
    const { post } = await startForTest();
    const response = await post("/v1/payment_intents", JSON.stringify({ amount: 2000, currency: "usd" }), {
      "content-type": "application/json",
    });
    expect(response.status).toBe(400);
    const { error } = await readBody(response);
    expect(error?.type).toBe("invalid_request_error");
    expect(error?.message).toContain(
      "check that your POST content type is application/x-www-form-urlencoded",
    );
  });

  test("of any other type are refused too", async () => {
    const { post } = await startForTest();
    const response = await post("/v1/payment_intents", intentForm, { "content-type": "text/plain" });
    expect(response.status).toBe(400);
  });

  test.each([
    "2e3",
    "%2B2000",
    "%202000",
    "0x7D0",
    "2000.0",
    "%EF%BC%92%EF%BC%90",
    "-5",
    "0",
    "007",
    "9999999999999",
  ])("amount=%s is refused", async (amount) => {
    const { post, sandbox } = await startForTest();
    const response = await post("/v1/payment_intents", `amount=${amount}&currency=usd`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { code: "parameter_invalid_integer", param: "amount" },
    });
    expect(sandbox.ledger().entries).toEqual([]);
  });

  test.each([
    ["currency=usd", "parameter_missing"],
    ["amount=5", "parameter_missing"],
    ["amount=&currency=usd", "parameter_invalid_empty"],
    ["amount[]=100&currency=usd", "parameter_invalid_integer"],
    ["amount[x]=100&currency=usd", "parameter_invalid_integer"],
  ])("%s is refused", async (form, code) => {
    const { post } = await startForTest();
    const response = await post("/v1/payment_intents", form);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code } });
  });

  test("take the last of a repeated field, and the body over the query", async () => {
    const { post } = await startForTest();
    const repeated = await post("/v1/payment_intents", "amount=1&amount=999999&currency=usd");
    expect(await repeated.json()).toMatchObject({ amount: 999999 });
    const split = await post("/v1/payment_intents?amount=1&currency=eur", "amount=2");
    expect(await split.json()).toMatchObject({ amount: 2, currency: "eur" });
  });

  test("may name metadata as they like", async () => {
    const { post } = await startForTest();
    const response = await post("/v1/payment_intents", `${intentForm}&metadata[__proto__]=x&metadata[a]=b`);
    const { metadata = {} } = await readBody(response);
    expect(Object.entries(metadata)).toEqual([
      ["__proto__", "x"],
      ["a", "b"],
    ]);
  });
});

test("every answer has a request id, and echoes the version", async () => {
  const { post, sandbox } = await startForTest();
  const ok = await post("/v1/payment_intents", intentForm, { "stripe-version": "2020-01-01" });
  expect(ok.headers.get("request-id")).toMatch(/^req_/);
  expect(ok.headers.get("stripe-version")).toBe("2020-01-01");
  const refused = await fetch(`${sandbox.url}/v1/balance`);
  expect(refused.headers.get("request-id")).toMatch(/^req_/);
});

test.each([
  "/v1/charges/",
  "/v1/payouts",
  "/v1//charges",
  "/v1/refunds/%2e%2e%2fcharges",
  "/v2/money_management/payout_intents",
  "/",
])("POST %s is no known URL", async (path) => {
  const { post } = await startForTest();
  const response = await post(path, intentForm);
  expect(response.status).toBe(404);
  const { error } = await readBody(response);
  expect(error?.message).toContain(`Unrecognized request URL (POST: ${path})`);
});

test("requests are kept as they came, refused ones too", async () => {
  const { post, sandbox } = await startForTest();
  await post("/v1/payment_intents?a=b", intentForm, {
    "x-agent": "7",
    authorization: "Bearer vk_live_leaked",
  });
  expect(sandbox.requests()).toMatchObject([
    {
      method: "POST",
      path: "/v1/payment_intents?a=b",
      headers: { "x-agent": "7", authorization: "Bearer vk_live_leaked" },
      body: intentForm,
    },
  ]);
});
