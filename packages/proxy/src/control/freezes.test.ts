import { createKeybrake } from "@keybrake/core";
import { expect, it } from "vitest";
import { expectRefusal, readIssuePaths } from "../../test-support/expect-refusal.ts";
import { KEYBRAKE_TOKEN, OTHER_TOKEN, startForTest, TWO_TENANTS } from "../../test-support/start-for-test.ts";

interface Freeze {
  id: string;
}

it("stops the keys that match, issued before or after, until it is lifted", async () => {
  const bench = await startForTest();
  const before = await bench.issue({ label: "billing/7" });
  const set = await bench.control("POST", "/v1/freezes", { label_prefix: "billing/", note: "gone wild" });
  expect(set).toMatchObject({
    status: 201,
    json: {
      id: expect.stringMatching(/^frz_/),
      label_prefix: "billing/",
      all: false,
      note: "gone wild",
      keys: 1,
      in_flight: { calls: 0, held_usd: 0 },
    },
  });
  const { id } = set.json as Freeze;
  const after = await bench.issue({ label: "billing/8", shadow: true });
  for (const key of [before, after]) {
    const answer = await bench.charge(key);
    expectRefusal(answer, "key_frozen");
    expect(answer.json).toMatchObject({ details: { limit: `freeze:${id}` } });
    expect(answer.text).toContain(`DELETE /v1/freezes/${id}`);
  }
  expect((await bench.charge(await bench.issue({ label: "other" }))).status).toBe(200);
  const listed = await bench.control("GET", "/v1/freezes");
  expect(listed.json).toMatchObject({
    data: [{ id, label_prefix: "billing/", all: false }],
    has_more: false,
  });
  expect((await bench.control("DELETE", `/v1/freezes/${id}`)).json).toMatchObject({ id });
  expectRefusal(await bench.control("DELETE", `/v1/freezes/${id}`), "not_found");
  expect((await bench.charge(before)).status).toBe(200);
});

it("stops all, and the calls of a budget or a vendor, before anything is looked up at the vendor", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ budgets: ["user:42"], daily_usd_cap: 100 });
  for (const scope of [{ all: true }, { budget: "user:42" }, { vendor: "stripe", all: true }]) {
    const { json } = await bench.control("POST", "/v1/freezes", scope);
    expectRefusal(await bench.post(key, "/v1/refunds", { charge: "ch_1" }), "key_frozen");
    const asked = { vendor: "stripe", budgets: ["user:42"] };
    expect((await bench.control("POST", "/v1/validate", asked)).json).toMatchObject({
      allowed: false,
      code: "key_frozen",
    });
    await bench.control("DELETE", `/v1/freezes/${(json as Freeze).id}`);
  }
  expect(bench.sandbox.requests()).toEqual([]);
});

it("counts what is in flight, in its answer and in that of a revocation", async () => {
  const bench = await startForTest({ config: { limits: { upstream_timeout_ms: 2000 } } });
  const key = await bench.issue({ label: "slow" });
  bench.sandbox.fail({ kind: "hang_after_effect" });
  const hanging = bench.charge(key);
  await expect
    .poll(async () => (await bench.store.listInFlight("acme", key.id)).length, { timeout: 5000 })
    .toBe(1);
  const inFlight = { calls: 1, held_usd: 20 };
  const set = await bench.control("POST", "/v1/freezes", { label_prefix: "slow" });
  expect(set.json).toMatchObject({ keys: 1, in_flight: inFlight });
  await expect.poll(() => bench.grossUsdMinor(), { timeout: 5000 }).toBe(2000);
  const revoked = await bench.control("POST", "/v1/keys/revoke", { label_prefix: "slow" });
  expect(revoked.json).toEqual({ revoked: 1, in_flight: inFlight });
  expect((await hanging).status).toBe(504);
});

it("is set once under one Idempotency-Key", async () => {
  const bench = await startForTest();
  const headers = { "idempotency-key": "again" };
  const set = (body: object) => bench.control("POST", "/v1/freezes", body, headers);
  const [first, again, other] = [
    await set({ all: true }),
    await set({ all: true }),
    await set({ vendor: "a" }),
  ];
  expect((again.json as Freeze).id).toBe((first.json as Freeze).id);
  expect((other.json as Freeze).id).not.toBe((first.json as Freeze).id);
  expect(await bench.store.listFreezes("acme")).toHaveLength(2);
});

it("belongs to its tenant, which may have 100", async () => {
  const bench = await startForTest(TWO_TENANTS);
  const { json } = await bench.control("POST", "/v1/freezes", { all: true });
  const asOther = { authorization: `Bearer ${OTHER_TOKEN}` };
  const path = `/v1/freezes/${(json as Freeze).id}`;
  expectRefusal(await bench.control("DELETE", path, undefined, asOther), "not_found");
  expect((await bench.control("GET", "/v1/freezes", undefined, asOther)).json).toMatchObject({ data: [] });
  expect((await bench.charge(await bench.issue({}, OTHER_TOKEN))).status).toBe(200);
  for (let count = 1; count < 100; count++)
    await bench.control("POST", "/v1/freezes", { label_prefix: `run-${count}/` });
  expectRefusal(await bench.control("POST", "/v1/freezes", { all: true }), "invalid_policy");
});

it.each([
  [{}, ""],
  [{ note: "why" }, ""],
  [{ all: false }, "all"],
  [{ label_prefix: "" }, "label_prefix"],
  [{ all: true, budget: "a b" }, "budget"],
  [{ all: true, label: "a" }, "label"],
])("names what is wrong in %o", async (body, field) => {
  const bench = await startForTest();
  const answer = await bench.control("POST", "/v1/freezes", body);
  expectRefusal(answer, "invalid_policy");
  expect(readIssuePaths(answer)).toContain(field);
});

it("is set, listed and lifted by the SDK", async () => {
  const bench = await startForTest();
  await bench.issue({ label: "run-7/a" });
  const client = createKeybrake({ token: KEYBRAKE_TOKEN, apiUrl: bench.url });
  const freeze = await client.freeze({ labelPrefix: "run-7/", vendor: "stripe", note: "why" });
  expect(freeze).toMatchObject({ labelPrefix: "run-7/", vendor: "stripe", keys: 1, inFlight: { calls: 0 } });
  expect(await client.listFreezes()).toMatchObject([{ id: freeze.id, note: "why" }]);
  expect(await client.liftFreeze(freeze.id)).toMatchObject({ id: freeze.id });
  expect(await client.listFreezes()).toEqual([]);
});
