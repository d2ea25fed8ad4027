import { describe, expect, it } from "vitest";
import {
  ACME_SECRET,
  type IssuedKey,
  KEYBRAKE_TOKEN,
  OTHER_SECRET,
  OTHER_TOKEN,
  startForTest,
  type TestBench,
  TWO_ACCOUNTS,
} from "../../test-support/start-for-test.ts";
import { startVendor } from "../../test-support/start-vendor.ts";

interface Tenant {
  name: string;
  token: string;
  secret: string;
  /** How the emulator tells the two accounts apart. */
  livemode: boolean;
}

const ACME: Tenant = { name: "acme", token: KEYBRAKE_TOKEN, secret: ACME_SECRET, livemode: true };
const OTHER: Tenant = { name: "other", token: OTHER_TOKEN, secret: OTHER_SECRET, livemode: false };

const as = ({ token }: Tenant): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** What moved in a tenant's account, by the emulator's own count, in cents. */
function countMoved({ sandbox }: TestBench, { livemode }: Tenant): number {
  const entries = sandbox.ledger().entries.filter((entry) => entry.livemode === livemode);
  return entries.reduce((sum, { addedMinor }) => sum + addedMinor, 0);
}

async function getSpent(bench: TestBench, tenant: Tenant, key: IssuedKey): Promise<number> {
  const { json } = await bench.control("GET", `/v1/keys/${key.id}`, undefined, as(tenant));
  return (json as { spend: { total_usd: number } }).spend.total_usd;
}

describe.each([
  [ACME, OTHER],
  [OTHER, ACME],
])("$name beside another tenant with its own Stripe account", (mine, theirs) => {
  it("moves money in its own account alone, with its own credential", async () => {
    const bench = await startForTest(TWO_ACCOUNTS);
    const key = await bench.issue({}, mine.token);
    expect((await bench.charge(key)).status).toBe(200);
    expect([countMoved(bench, mine), countMoved(bench, theirs)]).toEqual([2000, 0]);
    expect(bench.sandbox.requests().map(({ headers }) => headers.authorization)).toEqual([
      `Bearer ${mine.secret}`,
    ]);
  });

  it("gets its own response under an idempotency key that both use", async () => {
    const bench = await startForTest(TWO_ACCOUNTS);
    const headers = { "idempotency-key": "order-1" };
    const [first, second] = [await bench.issue({}, mine.token), await bench.issue({}, theirs.token)];
    const answers = [await bench.charge(first, 2000, headers), await bench.charge(second, 2000, headers)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers[1]?.headers).not.toHaveProperty("idempotent-replayed");
    expect([countMoved(bench, mine), countMoved(bench, theirs)]).toEqual([2000, 2000]);
    expect([await getSpent(bench, mine, first), await getSpent(bench, theirs, second)]).toEqual([20, 20]);
    expect(bench.sandbox.requests().map((request) => request.headers["idempotency-key"])).toEqual([
      "order-1",
      "order-1",
    ]);
  });

  it("can't refund, capture or read the other's objects, capped or not", async () => {
    const bench = await startForTest(TWO_ACCOUNTS);
    const { id } = (await bench.charge(await bench.issue({}, theirs.token))).json as { id: string };
    const keys = [
      await bench.issue({}, mine.token),
      await bench.issue({ daily_usd_cap: 100 }, mine.token),
      await bench.issue({ daily_usd_cap: 100, max_usd_per_call: 50 }, mine.token),
    ];
    for (const key of keys) {
      expect((await bench.post(key, "/v1/refunds", { charge: id })).status).toBeGreaterThanOrEqual(400);
      expect((await bench.post(key, `/v1/charges/${id}/capture`, {})).status).toBeGreaterThanOrEqual(400);
      const read = await bench.send("GET", `/stripe/v1/charges/${id}`, {
        headers: { authorization: `Bearer ${key.token}` },
      });
      expect(read.status).toBe(404);
      expect(await getSpent(bench, mine, key)).toBe(0);
    }
    expect([countMoved(bench, mine), countMoved(bench, theirs)]).toEqual([0, 2000]);
  });

  it("is priced by its own object where both accounts have one of the same id", async () => {
    const cents: Record<string, number> = { [mine.secret]: 1000, [theirs.secret]: 9000 };
    const vendor = await startVendor(({ method, headers }, response) => {
      const amount = cents[(headers.authorization ?? "").replace("Bearer ", "")] ?? 0;
      const charge = {
        id: "ch_1",
        object: "charge",
        amount,
        amount_captured: amount,
        amount_refunded: 0,
        currency: "usd",
      };
      const refund = {
        id: "re_1",
        object: "refund",
        amount,
        currency: "usd",
        status: "succeeded",
        charge: "ch_1",
      };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(method === "GET" ? charge : refund));
    });
    const bench = await startForTest({
      ...TWO_ACCOUNTS,
      stripe: { ...TWO_ACCOUNTS.stripe, upstream: vendor.url },
    });
    for (const tenant of [mine, theirs, mine]) {
      const key = await bench.issue({ daily_usd_cap: 500 }, tenant.token);
      expect((await bench.post(key, "/v1/refunds", { charge: "ch_1" })).status).toBe(200);
    }
    const booked = (await bench.audit()).map((entry) => [entry.tenant, entry.reservedMicroUsd / 1_000_000]);
    const [low, high] = [10, 90];
    expect(booked).toEqual([
      [mine.name, low],
      [theirs.name, high],
      [mine.name, expect.any(Number)],
    ]);
    // What one account's object has cost already is never counted for the other's.
    expect(booked[2]?.[1]).toBeLessThanOrEqual(low);
  });

  it("isn't priced by what was looked up and remembered for the other", async () => {
    const cents: Record<string, number> = { [mine.secret]: 1000, [theirs.secret]: 9000 };
    const vendor = await startVendor(({ method, headers }, response) => {
      const amount = cents[(headers.authorization ?? "").replace("Bearer ", "")] ?? 0;
      const price = {
        id: "price_1",
        object: "price",
        active: true,
        billing_scheme: "per_unit",
        currency: "usd",
        type: "one_time",
        unit_amount: amount,
        unit_amount_decimal: String(amount),
      };
      const session = { id: "cs_1", object: "checkout.session", amount_total: amount, currency: "usd" };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(method === "GET" ? price : session));
    });
    const bench = await startForTest({
      ...TWO_ACCOUNTS,
      stripe: { ...TWO_ACCOUNTS.stripe, upstream: vendor.url },
    });
    const fields = {
      mode: "payment",
      success_url: "https://example.com",
      "line_items[0][price]": "price_1",
      "line_items[0][quantity]": 1,
    };
    for (const tenant of [mine, theirs, mine, theirs]) {
      const key = await bench.issue({ daily_usd_cap: 50 }, tenant.token);
      await bench.post(key, "/v1/checkout/sessions", fields);
    }
    const decided = (await bench.audit()).map(({ tenant, decision }) => [tenant, decision]);
    const [low, high] = [mine.name, theirs.name];
    expect(decided).toEqual([
      [low, "allowed"],
      [high, "refused"],
      [low, "allowed"],
      [high, "refused"],
    ]);
    const lookUps = vendor.calls.filter(({ method }) => method === "GET");
    expect(lookUps.map(({ headers }) => headers.authorization)).toEqual(
      [mine, theirs].map(({ secret }) => `Bearer ${secret}`),
    );
  });

  it("spends from its own budget where both have one of the same name", async () => {
    const bench = await startForTest(TWO_ACCOUNTS);
    await bench.control("PUT", "/v1/budgets/user:42", { daily_usd_cap: 30 }, as(mine));
    const policy = { budgets: [{ name: "user:42", daily_usd_cap: 30 }] };
    const [ours, foreign] = [await bench.issue(policy, mine.token), await bench.issue(policy, theirs.token)];
    const codes: unknown[] = [];
    for (const key of [ours, foreign, ours, foreign]) {
      codes.push((await bench.charge(key)).headers["x-keybrake-code"]);
    }
    expect(codes).toEqual([undefined, undefined, "cap_exhausted", "cap_exhausted"]);
    await bench.control("PUT", "/v1/budgets/user:42", { frozen: true }, as(mine));
    expect((await bench.charge(ours, 500)).headers["x-keybrake-code"]).toBe("budget_frozen");
    expect((await bench.charge(foreign, 500)).status).toBe(200);
  });

  it("sees its own audit entries, keys and budgets alone, and can't touch the other's", async () => {
    const bench = await startForTest(TWO_ACCOUNTS);
    const ours = await bench.issue({ budgets: ["b"] }, mine.token);
    const foreign = await bench.issue({ budgets: ["b"] }, theirs.token);
    await bench.charge(ours, 100);
    await bench.charge(foreign, 200);
    const list = async (path: string): Promise<Record<string, unknown>[]> =>
      ((await bench.control("GET", path, undefined, as(mine))).json as { data: Record<string, unknown>[] })
        .data;
    expect((await list("/v1/audit")).map(({ key_id, cost_usd }) => [key_id, cost_usd])).toEqual([
      [ours.id, 1],
    ]);
    expect((await list("/v1/keys")).map(({ id }) => id)).toEqual([ours.id]);
    expect(await list("/v1/budgets")).toMatchObject([{ name: "b", spend: { total_usd: 1 } }]);
    const revoked = await bench.control("POST", "/v1/keys/revoke", { budget: "b" }, as(mine));
    expect(revoked.json).toMatchObject({ revoked: 1 });
    expect((await bench.control("DELETE", `/v1/keys/${foreign.id}`, undefined, as(mine))).status).toBe(404);
    expect((await bench.charge(foreign, 200)).status).toBe(200);
  });
});
