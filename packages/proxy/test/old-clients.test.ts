import { describe, expect, it } from "vitest";
import {
  createKeybrake,
  isCapExhausted,
  type ReleasedClient,
} from "../test-support/released/keybrake-core.mjs";
import { KEYBRAKE_TOKEN, startForTest, type TestBench, toForm } from "../test-support/start-for-test.ts";

/*
 * Backends keep the SDK they were deployed with. It checks each answer against its own schemas, so a shape that
 * changes instead of growing makes it throw.
 */

/** What a newer client stated for a key: everything that the released SDK has never heard of. */
const NEWER = {
  label: "newer",
  budgets: [{ name: "user:42", daily_usd_cap: 30 }, "team:7"],
  allowed_endpoints: [{ endpoint: "POST /v1/charges", max_usd_per_call: 50 }],
  accounts: ["self"],
};

async function startWithOldClient(): Promise<{ bench: TestBench; client: ReleasedClient }> {
  const bench = await startForTest();
  return { bench, client: createKeybrake({ token: KEYBRAKE_TOKEN, apiUrl: bench.url }) };
}

const charge = (amount: number): RequestInit => ({
  method: "POST",
  body: new URLSearchParams({ amount: String(amount), currency: "usd", source: "tok_visa" }),
});

describe("the released SDK", () => {
  it("issues, spends, extends and revokes", async () => {
    const { bench, client } = await startWithOldClient();
    const policy = { label: "old", vendor: "stripe", dailyUsdCap: 25, budgets: ["user:42"] };
    const id = await client.withVaultKey(policy, async (key) => {
      expect((await key.fetch("/v1/charges", charge(2000))).status).toBe(200);
      await key.extend("10m");
      const refused = await key.fetch("/v1/charges", charge(2000)).catch((error: unknown) => error);
      expect(isCapExhausted(refused)).toBe(true);
      return key.id;
    });
    expect(await client.getKey(id)).toMatchObject({ status: "revoked", spend: { totalUsd: 20 } });
    expect(bench.grossUsdMinor()).toBe(2000);
    const key = await client.issue(policy);
    expect(await key.revoke()).toMatchObject({ calls: 0, heldUsd: 0 });
    expect(await key.revoke()).toMatchObject({ calls: 0, heldUsd: 0 });
  });

  it("reads what newer clients have stated", async () => {
    const { bench, client } = await startWithOldClient();
    const key = await bench.issue(NEWER);
    await bench.charge(key);
    expect((await bench.charge(key)).headers["x-keybrake-code"]).toBe("cap_exhausted");
    const { data } = await client.listKeys({ budget: "user:42" });
    for (const shown of [await client.getKey(key.id), ...data]) {
      expect(shown).toMatchObject({
        id: key.id,
        status: "active",
        budgets: ["user:42", "team:7"],
        allowedEndpoints: ["POST /v1/charges"],
      });
    }
    expect(data).toHaveLength(1);
    const entries = (await client.listAudit()).data;
    expect(entries.map(({ outcome, costUsd, budgets }) => [outcome, costUsd, budgets])).toEqual([
      ["none", 0, ["user:42", "team:7"]],
      ["settled", 20, ["user:42", "team:7"]],
    ]);
    expect(await client.getBudget("user:42")).toMatchObject({ dailyUsdCap: null, spend: { totalUsd: 20 } });
    expect((await client.listBudgets()).data.map(({ name }) => name).sort()).toEqual(["team:7", "user:42"]);
    expect(await client.validate({ vendor: "stripe", budgets: ["user:42"], usd: 5 })).toMatchObject({
      allowed: true,
    });
    expect(await client.reconcile(entries[1]?.id ?? "", 19)).toMatchObject({ costUsd: 19 });
    expect(await client.revokeKeys({ budget: "user:42" })).toBe(1);
  });

  it("recognizes a refusal by a cap that a newer client has stated", async () => {
    const { bench, client } = await startWithOldClient();
    const newer = await bench.issue(NEWER);
    const refused = await bench.charge(newer, 4000);
    expect(isCapExhausted(refused.json)).toBe(true);
    await bench.control("PUT", "/v1/budgets/user:42", { daily_usd_cap: 10 });
    const key = await client.issue({ label: "old", vendor: "stripe", budgets: ["user:42"] });
    const error = await key.fetch("/v1/charges", charge(2000)).catch((thrown: unknown) => thrown);
    expect(isCapExhausted(error)).toBe(true);
  });
});

describe("on the wire", () => {
  it("budgets and allowed_endpoints are lists of strings in every answer, and stated caps stand beside", async () => {
    const { bench } = await startWithOldClient();
    const issued = await bench.issue(NEWER);
    const shape = {
      budgets: ["user:42", "team:7"],
      budget_caps: [{ name: "user:42", daily_usd_cap: 30 }],
      allowed_endpoints: ["POST /v1/charges"],
    };
    const path = `/v1/keys/${issued.id}`;
    const listed = (await bench.control("GET", "/v1/keys")).json as { data: object[] };
    const answers: unknown[] = [
      issued,
      listed.data[0],
      (await bench.control("GET", path)).json,
      (await bench.control("POST", `${path}/extend`, { expires_in: "10m" })).json,
      (await bench.control("DELETE", path)).json,
      (await bench.control("DELETE", path)).json,
    ];
    for (const answer of answers) expect(answer).toMatchObject(shape);
  });

  it("a key without stated caps shows none", async () => {
    const { bench } = await startWithOldClient();
    expect(await bench.issue({ budgets: ["user:42"] })).not.toHaveProperty("budget_caps");
  });

  it("the calls of the guides keep working", async () => {
    const { bench } = await startWithOldClient();
    const issued = await bench.control("POST", "/vault/keys", {
      agent_run_label: "run-7",
      vendor: "stripe",
      daily_usd_cap: 25,
      expires_in: "1h",
    });
    const { vault_key: token, id } = issued.json as { vault_key: string; id: string };
    const authorization = `Bearer ${token}`;
    const body = { amount: 1000, currency: "usd", source: "tok_visa" };
    const asForm = await bench.send("POST", "/stripe/v1/charges", {
      headers: { authorization, "content-type": "application/x-www-form-urlencoded" },
      body: toForm(body),
    });
    const asJson = await bench.send("POST", "/stripe/v1/charges", {
      headers: { authorization, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect([asForm.status, asJson.status]).toEqual([200, 200]);
    const over = await bench.send("POST", "/stripe/v1/charges", {
      headers: { authorization, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect([over.status, (over.json as { code: string }).code]).toEqual([429, "cap_exhausted"]);
    const validated = await bench.control("POST", "/v1/validate", { vendor: "stripe" });
    expect(validated.json).toMatchObject({ allowed: true });
    const ended = [
      await bench.control("DELETE", `/v1/keys/${id}`),
      await bench.control("DELETE", `/v1/keys/${id}`),
    ];
    expect(ended.map(({ status }) => status)).toEqual([200, 200]);
  });
});
