import { createMemoryLedger, type Ledger } from "@keybrake/ledger";
import { describe, expect, it } from "vitest";
import { expectRefusal } from "../../test-support/expect-refusal.ts";
import {
  ACME_SECRET,
  KEYBRAKE_TOKEN,
  LIVE_SECRET,
  OTHER_SECRET,
  OTHER_TOKEN,
  startForTest,
  TEST_SECRET,
  type TestBench,
  type TestOptions,
  TWO_TENANTS,
} from "../../test-support/start-for-test.ts";
import { startVendor } from "../../test-support/start-vendor.ts";

type Stripe = NonNullable<TestOptions["stripe"]>;

/** A proxy with this vendor configuration, on a ledger that others may serve too. */
const serve = (stripe: Stripe, store: Ledger = createMemoryLedger()): Promise<TestBench> =>
  startForTest({
    config: { ...TWO_TENANTS.config },
    stripe,
    sandbox: { secretKey: LIVE_SECRET, testSecretKey: ACME_SECRET },
    // Each proxy closes its ledger, and a test runs several on one.
    proxy: { store: { ...store, close: async () => {} } },
  });

const usedSecrets = ({ sandbox }: TestBench): unknown[] =>
  sandbox.requests().map(({ headers }) => headers.authorization);

const OWN = { tenants: { acme: { credential: ACME_SECRET } } };
const VENDORS: Stripe = { credential: LIVE_SECRET, test_credential: undefined, shared: true };

describe("a vault key", () => {
  it("keeps the vendor's credential that it was issued for when its tenant gets one of its own", async () => {
    const store = createMemoryLedger();
    const key = await (await serve(VENDORS, store)).issue();
    const bench = await serve({ ...VENDORS, ...OWN }, store);
    expect((await bench.charge(key)).status).toBe(200);
    expect((await bench.charge(await bench.issue())).status).toBe(200);
    expect(usedSecrets(bench)).toEqual([`Bearer ${LIVE_SECRET}`, `Bearer ${ACME_SECRET}`]);
  });

  it("is refused when its tenant's credential is gone, and never gets the vendor's", async () => {
    const store = createMemoryLedger();
    const before = await serve({ ...VENDORS, ...OWN }, store);
    const keys = [await before.issue(), await before.issue({ shadow: true })];
    const bench = await serve(VENDORS, store);
    for (const key of keys) expectRefusal(await bench.charge(key), "account_not_allowed");
    expect(bench.sandbox.requests()).toEqual([]);
    const entries = await store.listAudit("acme", {}, { limit: 10 });
    expect(entries.items.map(({ code, outcome }) => [code, outcome])).toEqual([
      ["account_not_allowed", "none"],
      ["account_not_allowed", "none"],
    ]);
    // When the entry is back, the keys are good again.
    const again = await serve({ ...VENDORS, ...OWN }, store);
    for (const key of keys) expect((await again.charge(key)).status).toBe(200);
  });

  it("is refused when the vendor's credential is gone, or its test credential alone", async () => {
    const store = createMemoryLedger();
    const before = await serve({ ...VENDORS, test_credential: TEST_SECRET }, store);
    const [live, test] = [await before.issue(), await before.issue({ mode: "test" })];
    const withoutTest = await serve(VENDORS, store);
    expectRefusal(await withoutTest.charge(test), "account_not_allowed");
    expect((await withoutTest.charge(live)).status).toBe(200);
    const without = await serve(
      { credential: undefined, test_credential: undefined, shared: false, ...OWN },
      store,
    );
    for (const key of [live, test]) expectRefusal(await without.charge(key), "account_not_allowed");
    expect(without.sandbox.requests()).toEqual([]);
  });

  it("counts an object of the tenant's own account beside one of the same id at the vendor's", async () => {
    const vendor = await startVendor((_call, response) =>
      response
        .setHeader("content-type", "application/json")
        .end(JSON.stringify({ id: "pi_1", object: "payment_intent", amount: 2000, currency: "usd" })),
    );
    const store = createMemoryLedger();
    const policy = { budgets: [{ name: "user:42", daily_usd_cap: 100 }] };
    const bench = await serve({ ...VENDORS, upstream: vendor.url }, store);
    const ofVendor = await bench.issue(policy);
    const own = await (await serve({ ...VENDORS, ...OWN, upstream: vendor.url }, store)).issue(policy);
    const both = await serve({ ...VENDORS, ...OWN, upstream: vendor.url }, store);
    for (const key of [ofVendor, own]) {
      await both.post(key, "/v1/payment_intents", { amount: 2000, currency: "usd" });
    }
    expect((await both.control("GET", "/v1/budgets/user:42")).json).toMatchObject({
      spend: { total_usd: 40 },
    });
  });

  it("passes its credential on to its children", async () => {
    const store = createMemoryLedger();
    const parent = await (await serve(VENDORS, store)).issue();
    const bench = await serve({ ...VENDORS, ...OWN }, store);
    const child = await bench.issue({ parent: "self" }, parent.token);
    expect((await bench.charge(child)).status).toBe(200);
    expect(usedSecrets(bench)).toEqual([`Bearer ${LIVE_SECRET}`]);
    const own = await bench.issue();
    const childOfOwn = await bench.issue({ parent: "self" }, own.token);
    const without = await serve(VENDORS, store);
    expectRefusal(await without.charge(childOfOwn), "account_not_allowed");
    const carved = await without.control(
      "POST",
      "/v1/keys",
      { label: "c", vendor: "stripe", parent: "self" },
      { authorization: `Bearer ${own.token}` },
    );
    expect(carved.json).toMatchObject({ code: "invalid_policy", issues: [{ path: "vendor" }] });
  });
});

describe("at issue", () => {
  const issue = (bench: TestBench, token: string, policy: object = {}) =>
    bench.control(
      "POST",
      "/v1/keys",
      { label: "a", vendor: "stripe", ...policy },
      { authorization: `Bearer ${token}` },
    );

  it.each<[string, Stripe, string, object, string | undefined]>([
    ["shared", VENDORS, OTHER_TOKEN, {}, undefined],
    ["not shared, no entry", { ...VENDORS, shared: false, ...OWN }, OTHER_TOKEN, {}, "vendor"],
    ["not shared, an entry", { ...VENDORS, shared: false, ...OWN }, KEYBRAKE_TOKEN, {}, undefined],
    [
      "an entry without a test credential beside a vendor that has one",
      { ...VENDORS, test_credential: TEST_SECRET, ...OWN },
      KEYBRAKE_TOKEN,
      { mode: "test" },
      "mode",
    ],
    [
      "an entry with a test credential",
      { ...VENDORS, tenants: { acme: { credential: ACME_SECRET, test_credential: OTHER_SECRET } } },
      KEYBRAKE_TOKEN,
      { mode: "test" },
      undefined,
    ],
  ])("%s", async (_name, stripe, token, policy, path) => {
    const bench = await serve(stripe);
    const answer = await issue(bench, token, policy);
    if (path === undefined) expect(answer.status).toBe(201);
    else expect(answer.json).toMatchObject({ code: "invalid_policy", issues: [{ path }] });
    // No answer tells a tenant who the others are.
    expect(answer.text).not.toMatch(token === OTHER_TOKEN ? /acme/ : /other/);
  });

  it("is told by validate beforehand", async () => {
    const bench = await serve({ ...VENDORS, shared: false, ...OWN });
    const validate = async (token: string): Promise<unknown> =>
      (
        await bench.control(
          "POST",
          "/v1/validate",
          { vendor: "stripe" },
          { authorization: `Bearer ${token}` },
        )
      ).json;
    expect(await validate(KEYBRAKE_TOKEN)).toEqual({ allowed: true, remaining_usd: null });
    expect(await validate(OTHER_TOKEN)).toEqual({
      allowed: false,
      code: "account_not_allowed",
      remaining_usd: null,
    });
  });
});
