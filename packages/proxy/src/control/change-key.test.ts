import { createKeybrake } from "@keybrake/core";
import { expect, it } from "vitest";
import { expectRefusal, readIssuePaths } from "../../test-support/expect-refusal.ts";
import { KEYBRAKE_TOKEN, OTHER_TOKEN, startForTest, TWO_TENANTS } from "../../test-support/start-for-test.ts";

it("changes what a key may do from its next call on, and shows it", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ daily_usd_cap: 100, allowed_endpoints: ["/v1/*"] });
  expect((await bench.charge(key)).status).toBe(200);
  const path = `/v1/keys/${key.id}`;
  const lowered = await bench.control("PATCH", path, { daily_usd_cap: 30, max_calls: 9 });
  expect(lowered).toMatchObject({ status: 200, json: { daily_usd_cap: 30, max_calls: 9, frozen: false } });
  expectRefusal(await bench.charge(key), "cap_exhausted");
  const raised = await bench.control("PATCH", path, { daily_usd_cap: null, total_usd_cap: 40 });
  expect(raised.json).not.toHaveProperty("daily_usd_cap");
  expect((await bench.charge(key)).status).toBe(200);
  await bench.control("PATCH", path, { allowed_endpoints: ["GET /v1/*"] });
  expectRefusal(await bench.charge(key), "endpoint_not_allowed");
  await bench.control("PATCH", path, { frozen: true, allowed_endpoints: null });
  const frozen = await bench.charge(key);
  expectRefusal(frozen, "key_frozen");
  expect(frozen.json).toMatchObject({ details: { limit: "key:frozen" } });
  expect((await bench.control("GET", path)).json).toMatchObject({ status: "active", frozen: true });
  expect((await bench.control("PATCH", path, { frozen: false })).json).toMatchObject({ frozen: false });
  expectRefusal(await bench.charge(key), "cap_exhausted");
});

it("judges a call that was under way when its key was changed by what the key allows then", async () => {
  let change = async (): Promise<void> => {};
  const bench = await startForTest({
    wrapStore: (store) => ({
      ...store,
      async findKey(hash) {
        const found = await store.findKey(hash);
        await change();
        return found;
      },
    }),
  });
  const key = await bench.issue({ allowed_endpoints: ["/v1/*"] });
  const rights = { mayRaise: true, requireCap: false };
  change = async () => {
    change = async () => {};
    await bench.store.changeKey("acme", key.id, { maxCalls: 1 }, rights);
  };
  expect((await bench.charge(key)).status).toBe(200);
  await bench.store.changeKey("acme", key.id, { maxCalls: null }, rights);
  change = async () => {
    change = async () => {};
    await bench.store.changeKey("acme", key.id, { allowedEndpoints: ["GET /v1/*"] }, rights);
  };
  expectRefusal(await bench.charge(key), "endpoint_not_allowed");
  expect(bench.grossUsdMinor()).toBe(2000);
});

it("holds a child to what its parent allows now", async () => {
  const bench = await startForTest();
  const parent = await bench.issue({ total_usd_cap: 100, allowed_endpoints: ["/v1/*"] });
  const policy = { label: "child", vendor: "stripe", total_usd_cap: 50, parent: "self" };
  const child = await bench.issue(policy, parent.token);
  const change = (body: object) => bench.control("PATCH", `/v1/keys/${parent.id}`, body);
  await change({ allowed_endpoints: ["GET /v1/*"] });
  expectRefusal(await bench.charge(child), "endpoint_not_allowed");
  await change({ allowed_endpoints: ["POST /v1/*"], max_usd_per_call: 10 });
  expectRefusal(await bench.charge(child), "cap_exhausted");
  await change({ max_usd_per_call: null, frozen: true });
  expectRefusal(await bench.charge(child), "key_frozen");
  await change({ frozen: false, total_usd_cap: 10 });
  expectRefusal(await bench.charge(child), "cap_exhausted");
  await change({ total_usd_cap: 100 });
  expect((await bench.charge(child)).status).toBe(200);
  const raise = await bench.control("PATCH", `/v1/keys/${child.id}`, { total_usd_cap: 101 });
  expectRefusal(raise, "cap_exhausted");
  expect(raise.text).toContain("50.00 USD remain");
});

it("keeps the last cap where the proxy requires one", async () => {
  const bench = await startForTest({ config: { require_cap: true } });
  const key = await bench.issue({ daily_usd_cap: 5 });
  const answer = await bench.control("PATCH", `/v1/keys/${key.id}`, { daily_usd_cap: null });
  expectRefusal(answer, "invalid_policy");
  expect((await bench.control("GET", `/v1/keys/${key.id}`)).json).toMatchObject({ daily_usd_cap: 5 });
});

it.each([
  [{}, ""],
  [{ frozen: null }, "frozen"],
  [{ daily_usd_cap: -1 }, "daily_usd_cap"],
  [{ max_calls: 0 }, "max_calls"],
  [{ allowed_endpoints: ["v1"] }, "allowed_endpoints.0"],
  [{ frozen: true, budgets: ["b"] }, "budgets"],
])("names what is wrong in %o", async (body, field) => {
  const bench = await startForTest();
  const key = await bench.issue();
  const answer = await bench.control("PATCH", `/v1/keys/${key.id}`, body);
  expectRefusal(answer, "invalid_policy");
  expect(readIssuePaths(answer)).toEqual([field]);
});

it("changes no key of another tenant, and none for a vault key", async () => {
  const bench = await startForTest(TWO_TENANTS);
  const key = await bench.issue();
  const path = `/v1/keys/${key.id}`;
  const as = (token: string) => ({ authorization: `Bearer ${token}` });
  expectRefusal(await bench.control("PATCH", path, { frozen: true }, as(OTHER_TOKEN)), "not_found");
  expectRefusal(await bench.control("PATCH", path, { max_calls: 1 }, as(key.token)), "invalid_token");
  expect((await bench.charge(key)).status).toBe(200);
});

it("is one call of the SDK", async () => {
  const bench = await startForTest();
  const { id } = await bench.issue({ daily_usd_cap: 5 });
  const client = createKeybrake({ token: KEYBRAKE_TOKEN, apiUrl: bench.url });
  expect(await client.updateKey(id, { dailyUsdCap: 2, frozen: true })).toMatchObject({
    dailyUsdCap: 2,
    frozen: true,
  });
  await bench.control("DELETE", `/v1/keys/${id}`);
  await expect(client.updateKey(id, { frozen: false })).rejects.toMatchObject({ code: "key_ended" });
});
