import { describe, expect, it } from "vitest";
import { startForTest, TEST_SECRET } from "../../test-support/start-for-test.ts";
import { findDeadUrl, startVendor } from "../../test-support/start-vendor.ts";

describe("allowed endpoints", () => {
  it("are all the key may call", async () => {
    const bench = await startForTest();
    const key = await bench.issue({ allowed_endpoints: ["POST /v1/charges", "/v1/customers/*"] });
    const { id } = (await bench.charge(key)).json as { id: string };
    const headers = { authorization: `Bearer ${key.token}` };
    expect((await bench.send("GET", "/stripe/v1/customers/cus_1", { headers })).status).toBe(404);
    for (const [method, path] of [
      ["GET", "/v1/charges"],
      ["GET", `/v1/charges/${id}`],
      ["POST", "/v1/customers"],
      ["POST", "/V1/charges"],
      ["DELETE", "/v1/charges"],
    ] as const) {
      const answer = await bench.send(method, `/stripe${path}`, { headers });
      expect(answer.status).toBe(403);
      expect(answer.json).toMatchObject({ code: "endpoint_not_allowed" });
    }
    expect(bench.sandbox.requests()).toHaveLength(2);
  });

  it("are matched on the decoded path", async () => {
    const bench = await startForTest();
    const key = await bench.issue({ allowed_endpoints: ["POST /v1/charges"] });
    const answer = await bench.post(key, "/v1/%63harges", { amount: 1, currency: "usd", source: "tok_visa" });
    expect(answer.status).not.toBe(403);
    expect(bench.sandbox.requests()[0]?.path).toBe("/v1/%63harges");
  });
});

describe("shadow mode", () => {
  it("refuses nothing, and the entry says what would have been", async () => {
    const bench = await startForTest();
    const key = await bench.issue({
      shadow: true,
      daily_usd_cap: 10,
      allowed_endpoints: ["/v1/customers/*"],
      max_calls: 1,
    });
    expect((await bench.charge(key)).status).toBe(200);
    expect((await bench.charge(key, 500)).status).toBe(200);
    const wouldRefuse = (await bench.audit()).map((entry) => [entry.decision, entry.wouldRefuse]);
    expect(wouldRefuse).toEqual([
      ["allowed", "endpoint_not_allowed"],
      ["allowed", "endpoint_not_allowed"],
    ]);
    expect(bench.grossUsdMinor()).toBe(2500);
    const capped = await bench.issue({ shadow: true, daily_usd_cap: 10 });
    await bench.charge(capped);
    await bench.charge(capped, 500);
    expect((await bench.audit()).at(-1)?.wouldRefuse).toBe("cap_exhausted");
    expect(await bench.spend(capped)).toMatchObject({ total_usd: 25, remaining_usd: 0 });
  });

  it("forwards what can't be read, and names it", async () => {
    const bench = await startForTest();
    const key = await bench.issue({ shadow: true, daily_usd_cap: 10 });
    await bench.post(key, "/v1/charges", { amount: "20.00", currency: "usd" });
    expect(bench.sandbox.requests()).toHaveLength(1);
    expect((await bench.audit())[0]).toMatchObject({ wouldRefuse: "unreadable_amount", decision: "allowed" });
  });

  it("opens neither secrets, nor a revoked or expired key", async () => {
    const bench = await startForTest();
    const key = await bench.issue({ shadow: true });
    const headers = { authorization: `Bearer ${key.token}` };
    expect((await bench.send("POST", "/stripe/v1/ephemeral_keys", { headers })).json).toMatchObject({
      code: "secret_endpoint",
    });
    bench.advance(6 * 60_000);
    expect((await bench.charge(key)).json).toMatchObject({ code: "key_expired" });
    expect(bench.sandbox.requests()).toEqual([]);
  });
});

describe("what has no price", () => {
  it("is refused under a cap of the key or of a budget, and forwarded without one", async () => {
    const bench = await startForTest();
    await bench.control("PUT", "/v1/budgets/b", { daily_usd_cap: 5 });
    for (const policy of [{ daily_usd_cap: 5 }, { total_usd_cap: 5 }, { budgets: ["b"] }]) {
      const answer = await bench.post(await bench.issue(policy), "/v1/new_thing", { a: 1 });
      expect([answer.status, answer.headers["x-keybrake-code"]]).toEqual([403, "unpriced_endpoint"]);
    }
    expect(bench.sandbox.requests()).toEqual([]);
    await bench.post(await bench.issue(), "/v1/new_thing", { a: 1 });
    expect(bench.sandbox.requests()).toHaveLength(1);
  });

  it("reserves max_usd_per_call, and costs as much", async () => {
    const vendor = await startVendor((_call, response) => response.end("{}"));
    const bench = await startForTest({ stripe: { upstream: vendor.url } });
    const key = await bench.issue({ daily_usd_cap: 5, max_usd_per_call: 2 });
    const codes = [];
    for (let index = 0; index < 3; index++) {
      codes.push((await bench.post(key, "/v1/new_thing", {})).headers["x-keybrake-code"]);
    }
    expect(codes).toEqual([undefined, undefined, "cap_exhausted"]);
    expect((await bench.spend(key)).total_usd).toBe(4);
  });

  it("is entered with an unknown cost where nothing caps it", async () => {
    const vendor = await startVendor((_call, response) => response.end("{}"));
    const bench = await startForTest({ stripe: { upstream: vendor.url } });
    await bench.post(await bench.issue(), "/v1/new_thing", {});
    expect((await bench.audit())[0]).toMatchObject({ outcome: "settled", costMicroUsd: null });
  });

  it.each([
    ["POST", "/v1/customers/cus_1/balance_transactions", { amount: -5000 }],
    ["POST", "/v1/customers/cus_1/subscriptions", { price: "p" }],
    ["POST", "/v1/customers/cus_1/cash_balance", {}],
    ["DELETE", "/v1/customers/cus_1/subscriptions/sub_1", {}],
    ["POST", "/v1/customers", { balance: -5000 }],
    ["POST", "/v1/customers/cus_1", { "[balance]": -5000 }],
    ["POST", "/v1/customers", { "cash_balance[settings][reconciliation_mode]": "x" }],
    ["POST", "/v1/payment_intents/pi_1/new_step", {}],
    ["POST", "/v1/transfers", { currency: "usd", destination: "acct_1" }],
    ["POST", "/v1/invoices/in_1/attach_payment", {}],
    ["POST", "/v1/subscriptions", { customer: "cus_1" }],
    ["PUT", "/v1/charges", { amount: 1, currency: "usd" }],
  ])("%s %s is such under a cap", async (method, path, fields) => {
    const bench = await startForTest();
    const key = await bench.issue({ daily_usd_cap: 500 });
    const body = new URLSearchParams(Object.entries(fields).map(([k, v]): [string, string] => [k, `${v}`]));
    const answer = await bench.send(method, `/stripe${path}`, {
      headers: {
        authorization: `Bearer ${key.token}`,
        "content-type": "application/x-www-form-urlencoded",
      },
      body: body.toString(),
    });
    expect(answer.json).toMatchObject({ code: "unpriced_endpoint" });
    expect(bench.sandbox.requests()).toEqual([]);
  });

  it("is not what costs nothing", async () => {
    const bench = await startForTest();
    const key = await bench.issue({ daily_usd_cap: 0 });
    const customer = await bench.post(key, "/v1/customers", { email: "a@b.c" });
    expect(customer.status).toBe(200);
    const { id } = customer.json as { id: string };
    expect((await bench.post(key, `/v1/customers/${id}`, { email: "b@b.c" })).status).toBe(200);
    const headers = { authorization: `Bearer ${key.token}` };
    expect((await bench.send("GET", "/stripe/v1/balance", { headers })).status).toBe(200);
    expect((await bench.send("DELETE", `/stripe/v1/customers/${id}`, { headers })).status).toBe(200);
    expect((await bench.charge(key, 1)).json).toMatchObject({ code: "cap_exhausted" });
  });
});

it("refuses a currency without a rate where a cap applies", async () => {
  const bench = await startForTest({ config: { fx: { eur: 1.1 } } });
  const capped = await bench.issue({ daily_usd_cap: 100 });
  const fields = { amount: 1000, currency: "xts", source: "tok_visa" };
  const refused = await bench.post(capped, "/v1/charges", fields);
  expect([refused.status, refused.headers["x-keybrake-code"]]).toEqual([403, "currency_unpriced"]);
  expect((await bench.post(capped, "/v1/charges", { ...fields, currency: "EUR" })).status).toBe(200);
  expect((await bench.spend(capped)).total_usd).toBe(11);
  expect(bench.sandbox.requests()).toHaveLength(1);
  await bench.post(await bench.issue(), "/v1/charges", fields);
  expect(bench.sandbox.requests()).toHaveLength(2);
});

describe("accounts", () => {
  const REFUSED = "account_not_allowed";
  const MALFORMED = "malformed_request";

  it.each([
    // What the policy lists, what the call names, and how it ends.
    [undefined, undefined, undefined],
    [undefined, "acct_1", REFUSED],
    [[], undefined, undefined],
    [[], "acct_1", REFUSED],
    [["self"], undefined, undefined],
    [["self"], "acct_1", REFUSED],
    [["acct_1"], undefined, REFUSED],
    [["acct_1"], "acct_1", undefined],
    [["acct_1"], "acct_2", REFUSED],
    [["acct_1"], "ACCT_1", REFUSED],
    [["acct_1", "self"], undefined, undefined],
    [["acct_1", "self"], "acct_1", undefined],
    [["acct_1", "self"], "acct_2", REFUSED],
    [["*"], undefined, undefined],
    [["*"], "acct_2", undefined],
    [["acct_1"], "", MALFORMED],
    [["acct_1", "self"], "", MALFORMED],
    [["acct_1", "self"], " ", MALFORMED],
    [["acct_1", "acct_2"], "acct_1, acct_2", MALFORMED],
  ])("%j and a call on %j", async (accounts, named, code) => {
    const vendor = await startVendor((_call, response) => response.end("{}"));
    const bench = await startForTest({ stripe: { upstream: vendor.url } });
    const policy = accounts === undefined ? {} : { accounts };
    const keys = [await bench.issue(policy), await bench.issue({ ...policy, shadow: true })];
    for (const key of keys) {
      for (const name of ["stripe-account", "Stripe-Context"]) {
        const answer = await bench.charge(key, 1, named === undefined ? {} : { [name]: named });
        expect(answer.headers["x-keybrake-code"], name).toBe(code);
      }
    }
    expect(vendor.calls).toHaveLength(code === undefined ? 4 : 0);
  });

  it("refuses an account header that is given twice", async () => {
    const bench = await startForTest();
    const key = await bench.issue({ accounts: ["*"] });
    const headers = { "stripe-account": ["acct_1", "acct_1"] };
    const answer = await bench.send("GET", "/stripe/v1/charges", {
      headers: { authorization: `Bearer ${key.token}`, ...headers },
    });
    expect(answer.headers["x-keybrake-code"]).toBe(MALFORMED);
  });

  it("can't be named in a header that a vendor may take for the same", async () => {
    const vendor = await startVendor((_call, response) => response.end("{}"));
    const bench = await startForTest({ stripe: { upstream: vendor.url } });
    await bench.charge(await bench.issue(), 1, {
      Stripe_Account: "acct_1",
      X_HTTP_Method_Override: "DELETE",
    });
    const names = vendor.calls.flatMap(({ headers }) => Object.keys(headers));
    expect(names.filter((name) => name.includes("_"))).toEqual([]);
  });
});

describe("endpoints whose answer holds a secret", () => {
  it.each([
    ["POST", "/v1/ephemeral_keys"],
    ["POST", "/v1/Ephemeral_Keys"],
    ["POST", "/oauth/token"],
    ["GET", "/oauth/authorize"],
    ["POST", "/v1/webhook_endpoints"],
    ["GET", "/v1/apps/secrets"],
    ["GET", "/v1/apps/secrets/find"],
    ["POST", "/v1/forwarding/requests"],
    ["POST", "/v1/account_sessions"],
    ["POST", "/v1/issuing/cards"],
    ["POST", "/v1/issuing/cards/ic_1"],
    ["POST", "/v1/issuing/authorizations/iauth_1/approve"],
    ["GET", "/v1/issuing/cards/ic_1?expand[]=number"],
    ["GET", "/v1/issuing/cards/ic_1?expand%5B%5D=cvc&expand%5B%5D=cardholder"],
    ["GET", "/v1/issuing/cards?expand%5B0%5D=data.number"],
    ["GET", "/v1/issuing/authorizations/a?expand[]=card.cvc"],
    ["GET", "/v1/issuing/cards/ic_1?expand[]=%6eumber"],
    ["GET", "/v1/issuing/cards/ic_1?expand[]=number%20"],
  ])("%s %s is closed to every policy", async (method, path) => {
    const bench = await startForTest();
    const key = await bench.issue({ max_usd_per_call: 1 });
    const answer = await bench.send(method, `/stripe${path}`, {
      headers: { authorization: `Bearer ${key.token}` },
    });
    expect([answer.status, answer.headers["x-keybrake-code"]]).toEqual([403, "secret_endpoint"]);
    expect(bench.sandbox.requests()).toEqual([]);
  });

  it("opens what the operator names, and only that", async () => {
    const bench = await startForTest({ stripe: { allow_secret_endpoints: ["POST /v1/webhook_endpoints"] } });
    const key = await bench.issue();
    await bench.post(key, "/v1/webhook_endpoints", {});
    expect(bench.sandbox.requests()).toHaveLength(1);
    expect((await bench.post(key, "/v1/ephemeral_keys", {})).status).toBe(403);
    const ask = { vendor: "stripe", endpoint: "POST /v1/webhook_endpoints" };
    expect((await bench.control("POST", "/v1/validate", ask)).json).toMatchObject({ allowed: true });
  });
});

it("uses the test credential alone for a test key, in look-ups too", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ mode: "test", daily_usd_cap: 100 });
  expect(key.token).toMatch(/^vk_test_/);
  const charge = (await bench.charge(key)).json as { id: string; livemode: boolean };
  expect(charge.livemode).toBe(false);
  expect((await bench.post(key, "/v1/refunds", { charge: charge.id, amount: 100 })).status).toBe(200);
  const credentials = bench.sandbox.requests().map(({ headers }) => headers.authorization);
  expect(new Set(credentials)).toEqual(new Set([`Bearer ${TEST_SECRET}`]));
  expect((await bench.audit())[0]?.mode).toBe("test");
});

it("issues no test key where there is no test credential", async () => {
  const bench = await startForTest({
    config: {
      vendors: {
        acme: {
          upstream: await findDeadUrl(),
          credential: "secret",
          auth: { header: "x-api-key", value: "{{secret}}" },
        },
      },
    },
  });
  const answer = await bench.control("POST", "/v1/keys", { label: "a", vendor: "acme", mode: "test" });
  expect(answer.status).toBe(422);
  expect(answer.json).toMatchObject({ issues: [{ path: "mode" }] });
});

it("refuses another vendor's path", async () => {
  const vendor = await startVendor((_call, response) => response.end("{}"));
  const bench = await startForTest({
    config: {
      vendors: {
        acme: {
          upstream: vendor.url,
          credential: "acme-secret",
          auth: { header: "x-api-key", value: "{{secret}}" },
        },
      },
    },
  });
  const key = await bench.issue();
  const answer = await bench.send("GET", "/acme/v1/things", {
    headers: { authorization: `Bearer ${key.token}` },
  });
  expect([answer.status, answer.headers["x-keybrake-code"]]).toEqual([403, "vendor_mismatch"]);
  expect(vendor.calls).toEqual([]);
});
