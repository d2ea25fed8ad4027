import { createKeybrake, InvalidPolicyError, type Policy, type VaultKey } from "@keybrake/core";
import { describe, expect, it } from "vitest";
import { startVendorBench, type VendorBench } from "../../test-support/vendors/vendor-bench.ts";

const CHARGE = { path: "/v1/payment_intents", form: { amount: "2000", currency: "usd" } };

async function startBench(policy: Partial<Policy> = {}): Promise<VendorBench> {
  const bench = await startVendorBench("stripe", { credential: "sk_live_carved" }, policy);
  let count = 0;
  bench.vendor.otherwise = ({ body }) => {
    const amount = Number(new URLSearchParams(body).get("amount"));
    return { json: { id: `pi_${++count}`, amount, currency: "usd" } };
  };
  return bench;
}

/** Issues a key out of another, as whoever holds that one can. */
function carve(bench: VendorBench, holder: VaultKey, policy: Partial<Policy> = {}): Promise<VaultKey> {
  const client = createKeybrake({ token: holder.token, apiUrl: bench.proxyUrl });
  return client.issue({ label: "child", vendor: "stripe", totalUsdCap: 30, parent: "self", ...policy });
}

describe("a key carved from another", () => {
  it("spends within its cap, which is taken from the parent's room", async () => {
    await using bench = await startBench({ dailyUsdCap: 50 });
    const child = await carve(bench, bench.key);
    expect((await bench.call({ ...CHARGE, key: child })).status).toBe(200);
    expect((await bench.call({ ...CHARGE, key: child })).code).toBe("cap_exhausted");
    expect((await bench.call(CHARGE)).status).toBe(200);
    expect((await bench.call({ ...CHARGE, form: { amount: "1", currency: "usd" } })).code).toBe(
      "cap_exhausted",
    );
    await child.revoke();
    expect((await bench.call({ ...CHARGE, form: { amount: "1000", currency: "usd" } })).status).toBe(200);
    expect(await bench.spend()).toEqual({ spent: 50, held: 0, unknown: 0 });
  });

  it("is refused with the largest cap that the parent can set aside", async () => {
    await using bench = await startBench({ dailyUsdCap: 50 });
    await bench.call(CHARGE);
    const refused = carve(bench, bench.key, { totalUsdCap: 40 });
    await expect(refused).rejects.toMatchObject({
      code: "cap_exhausted",
      message: expect.stringContaining("Issue the child with a total_usd_cap of at most 30.00."),
    });
  });

  it("ends with its parent", async () => {
    await using bench = await startBench();
    const child = await carve(bench, bench.key);
    const grandchild = await carve(bench, child, { totalUsdCap: 10 });
    await bench.key.revoke();
    for (const key of [child, grandchild])
      expect((await bench.call({ ...CHARGE, key })).code).toBe("key_revoked");
    expect(bench.vendor.seen).toEqual([]);
  });

  it("may call what every key above it may call, and no more", async () => {
    await using bench = await startBench({ allowedEndpoints: ["POST /v1/payment_intents", "GET /v1/*"] });
    const child = await carve(bench, bench.key, { allowedEndpoints: ["/v1/payment_intents", "/v1/refunds"] });
    expect((await bench.call({ ...CHARGE, key: child })).status).toBe(200);
    expect((await bench.call({ path: "/v1/refunds", form: { charge: "ch_1" }, key: child })).code).toBe(
      "endpoint_not_allowed",
    );
    expect((await bench.call({ method: "GET", path: "/v1/customers", key: child })).code).toBe(
      "endpoint_not_allowed",
    );
    const heir = await carve(bench, bench.key);
    expect((await bench.call({ path: "/v1/refunds", form: { charge: "ch_1" }, key: heir })).code).toBe(
      "endpoint_not_allowed",
    );
  });

  it("counts in the parent's budgets", async () => {
    await using bench = await startBench({ budgets: ["user:42"] });
    await bench.client.setBudget("user:42", { totalUsdCap: 20 });
    const child = await carve(bench, bench.key);
    expect((await bench.call({ ...CHARGE, key: child })).status).toBe(200);
    expect((await bench.call(CHARGE)).code).toBe("cap_exhausted");
  });

  it("acts on the parent's accounts unless it lists fewer", async () => {
    await using bench = await startBench({ accounts: ["acct_1", "acct_2"] });
    const inherits = await carve(bench, bench.key);
    const narrower = await carve(bench, bench.key, { accounts: ["acct_1"] });
    const charge = async (key: VaultKey, account?: string): Promise<string | undefined> =>
      (await bench.call({ ...CHARGE, key, headers: account ? { "stripe-account": account } : {} })).code;
    expect(await charge(inherits)).toBe("account_not_allowed");
    expect(await charge(inherits, "acct_2")).toBeUndefined();
    expect(await charge(narrower, "acct_1")).toBeUndefined();
    expect(await charge(narrower, "acct_2")).toBe("account_not_allowed");
    await expect(carve(bench, bench.key, { accounts: ["self"] })).rejects.toMatchObject({
      issues: [{ path: "accounts" }],
    });
  });

  it("can only be narrower, and says in which field it was not", async () => {
    await using bench = await startBench({ dailyUsdCap: 100, expiresIn: "1h" });
    const refused = async (policy: Partial<Policy>): Promise<string[]> => {
      const error = await carve(bench, bench.key, policy).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      return error instanceof InvalidPolicyError ? error.issues.map(({ path }) => path) : [String(error)];
    };
    expect(await refused({ mode: "test" })).toEqual(["mode"]);
    expect(await refused({ vendor: "twilio" })).toEqual(["vendor"]);
    expect(await refused({ accounts: ["acct_1"] })).toEqual(["accounts"]);
    expect(await refused({ allowRecurring: true })).toEqual(["allow_recurring"]);
    expect(await refused({ shadow: true })).toEqual(["shadow"]);
    const uncapped = createKeybrake({ token: bench.key.token, apiUrl: bench.proxyUrl });
    await expect(uncapped.issue({ label: "child", vendor: "stripe", parent: "self" })).rejects.toMatchObject({
      issues: [{ path: "total_usd_cap" }],
    });
    await expect(carve(bench, bench.key, { totalUsdCap: 101 })).rejects.toMatchObject({
      code: "cap_exhausted",
    });
    const longer = await carve(bench, bench.key, { expiresIn: "5h", totalUsdCap: 1 });
    expect(longer.expiresAt.getTime()).toBe(bench.clock.now + 3_600_000);
  });

  it("gives its holder nothing else of the control API", async () => {
    await using bench = await startBench();
    const other = await bench.issue();
    const holder = createKeybrake({ token: bench.key.token, apiUrl: bench.proxyUrl });
    await expect(holder.issue({ label: "free", vendor: "stripe", uncapped: true })).rejects.toMatchObject({
      code: "invalid_token",
    });
    await expect(holder.listKeys()).rejects.toMatchObject({ code: "invalid_token" });
    await expect(holder.setBudget("b", { totalUsdCap: 1 })).rejects.toMatchObject({ code: "invalid_token" });
    await expect(holder.revokeKeys({ vendor: "stripe" })).rejects.toMatchObject({ code: "invalid_token" });
    await expect(holder.listAudit()).rejects.toMatchObject({ code: "invalid_token" });
    await expect(holder.getKey(other.id)).rejects.toMatchObject({ code: "not_found" });
    expect((await holder.getKey(bench.key.id)).status).toBe("active");
    await bench.key.revoke();
    await expect(holder.getKey(bench.key.id)).rejects.toMatchObject({ code: "invalid_token" });
    await expect(
      bench.client.issue({ label: "orphan", vendor: "stripe", parent: "self" }),
    ).rejects.toMatchObject({ issues: [{ path: "parent" }] });
  });
});

describe('idempotency: "inject"', () => {
  it("names alike calls of one run alike for the vendor, through whichever key they come", async () => {
    await using bench = await startBench({ idempotency: "inject", label: "run-7" });
    const second = await bench.issue({ idempotency: "inject", label: "run-7" });
    const other = await bench.issue({ idempotency: "inject", label: "run-8" });
    await bench.call(CHARGE);
    await bench.call({ ...CHARGE, key: second });
    await bench.call({ ...CHARGE, key: other });
    await bench.call({ ...CHARGE, form: { amount: "2001", currency: "usd" } });
    const [first, again, otherRun, otherBody] = bench.vendor.seen.map(
      ({ headers }) => headers["idempotency-key"],
    );
    expect(first).toMatch(/^kb_[\w-]{43}$/);
    expect(again).toBe(first);
    expect(new Set([first, otherRun, otherBody]).size).toBe(3);
  });

  it("shares the reservation of a retry after a lost connection", async () => {
    await using bench = await startBench({ idempotency: "inject" });
    bench.vendor.moves.push("reset");
    expect((await bench.call(CHARGE)).status).toBe(502);
    expect(await bench.spend()).toEqual({ spent: 0, held: 20, unknown: 20 });
    expect((await bench.call(CHARGE)).status).toBe(200);
    expect(await bench.spend()).toEqual({ spent: 20, held: 0, unknown: 0 });
  });

  it("leaves the caller's own key, and what only reads, as they are", async () => {
    await using bench = await startBench({ idempotency: "inject" });
    await bench.call({ ...CHARGE, headers: { "idempotency-key": "mine" } });
    await bench.call({ method: "GET", path: "/v1/payment_intents" });
    expect(bench.vendor.seen.map(({ headers }) => headers["idempotency-key"])).toEqual(["mine", undefined]);
  });

  it("adds nothing where the policy does not ask for it", async () => {
    await using bench = await startBench();
    await bench.call(CHARGE);
    expect(bench.vendor.seen[0]?.headers["idempotency-key"]).toBeUndefined();
  });
});
