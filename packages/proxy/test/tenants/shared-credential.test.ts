import { expect, it } from "vitest";
import {
  OTHER_TOKEN,
  startForTest,
  type TestOptions,
  TWO_TENANTS,
} from "../../test-support/start-for-test.ts";
import { startVendor } from "../../test-support/start-vendor.ts";

const HASHED = /^kb_[\w-]{43}$/;

it("gives each tenant its own response under an idempotency key that both use", async () => {
  const bench = await startForTest(TWO_TENANTS);
  const keys = [await bench.issue(), await bench.issue({}, OTHER_TOKEN)];
  const headers = { "idempotency-key": "order-1" };
  const ids: unknown[] = [];
  for (const key of [...keys, ...keys]) {
    ids.push(((await bench.charge(key, 2000, headers)).json as { id: string }).id);
  }
  expect(new Set(ids).size).toBe(2);
  expect(ids.slice(2)).toEqual(ids.slice(0, 2));
  expect(bench.grossUsdMinor()).toBe(4000);
  const sent = bench.sandbox.requests().map((request) => String(request.headers["idempotency-key"]));
  expect(new Set(sent).size).toBe(2);
  for (const key of sent) expect(key).toMatch(HASHED);
});

it("gives both keys of one tenant the same response, and books it once", async () => {
  const bench = await startForTest(TWO_TENANTS);
  const keys = [await bench.issue(), await bench.issue()];
  const answers = [];
  for (const key of keys) answers.push(await bench.charge(key, 2000, { "idempotency-key": "order-1" }));
  expect(answers[1]?.headers["idempotent-replayed"]).toBe("true");
  expect(bench.grossUsdMinor()).toBe(2000);
});

it("can't reach another tenant's key by sending what the proxy made of it", async () => {
  const bench = await startForTest(TWO_TENANTS);
  const headers = { "idempotency-key": "order-1" };
  await bench.charge(await bench.issue(), 2000, headers);
  const made = String(bench.sandbox.requests()[0]?.headers["idempotency-key"]);
  const answer = await bench.charge(await bench.issue({}, OTHER_TOKEN), 2000, { "idempotency-key": made });
  expect(answer.headers).not.toHaveProperty("idempotent-replayed");
  expect(bench.grossUsdMinor()).toBe(4000);
});

it.each<[string, TestOptions["stripe"], string, string | undefined | RegExp]>([
  ["one tenant's own credential", {}, "order-1", "order-1"],
  [
    "a credential that isn't shared",
    { shared: false, tenants: { acme: { credential: "sk" } } },
    "order-1",
    "order-1",
  ],
  ["a shared one", { shared: true }, "order-1", HASHED],
  [
    "a tenant's own beside a shared one",
    { shared: true, tenants: { acme: { credential: "sk" } } },
    "order-1",
    "order-1",
  ],
  ["a shared one, and no idempotency key", { shared: true }, "", undefined],
])("sends to %s an idempotency key as it should be", async (_name, stripe, given, expected) => {
  const vendor = await startVendor((_call, response) => response.end("{}"));
  const bench = await startForTest({ stripe: { ...stripe, upstream: vendor.url } });
  const key = await bench.issue();
  await bench.charge(key, 100, { "idempotency-key": given });
  await bench.send("DELETE", "/stripe/v2/core/event_destinations/ed_1", {
    headers: { authorization: `Bearer ${key.token}`, "idempotency-key": given },
  });
  expect(vendor.calls).toHaveLength(2);
  for (const { headers } of vendor.calls) {
    const sent = headers["idempotency-key"];
    if (expected instanceof RegExp) expect(sent).toMatch(expected);
    else expect(sent || undefined).toBe(expected);
  }
});

it("separates tenants at a vendor with a header of its own, and where the operator named none", async () => {
  const vendor = await startVendor((_call, response) => response.end("{}"));
  const declared = {
    upstream: vendor.url,
    credential: "acme_secret",
    shared: true,
    auth: { header: "x-key", value: "{{secret}}" },
    routes: [{ match: "POST /orders", price: "free" as const }],
  };
  const bench = await startForTest({
    config: {
      ...TWO_TENANTS.config,
      vendors: { one: { ...declared, idempotency_header: "X-Request-Key" }, two: declared },
    },
    stripe: { shared: true },
  });
  for (const name of ["one", "two"]) {
    for (const token of [undefined, OTHER_TOKEN]) {
      const key = await bench.issue({ vendor: name }, token);
      await bench.send("POST", `/${name}/orders`, {
        headers: { "x-key": key.token, "x-request-key": "order-1", "idempotency-key": "order-2" },
      });
    }
  }
  const sent = vendor.calls.map(({ headers }) => [headers["x-request-key"], headers["idempotency-key"]]);
  expect(sent[0]?.[0]).toMatch(HASHED);
  expect(sent[0]?.[0]).not.toBe(sent[1]?.[0]);
  for (const [mine, theirs] of [
    [sent[0], sent[1]],
    [sent[2], sent[3]],
  ]) {
    expect(mine?.[1]).toMatch(HASHED);
    expect(mine?.[1]).not.toBe(theirs?.[1]);
  }
  expect(sent[2]?.[0]).toBe("order-1");
});
