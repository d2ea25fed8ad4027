import type { Ledger } from "@keybrake/ledger";
import { describe, expect, it } from "vitest";
import { type IssuedKey, startForTest, type TestBench } from "../../test-support/start-for-test.ts";
import { until } from "../../test-support/until.ts";

type Verb = Exclude<keyof Ledger, "onAudit" | "close">;

/** A store whose verbs fail from the moment they are named, in the two ways a store can fail. */
function failing(): { down: Set<Verb>; wrapStore(store: Ledger): Ledger } {
  const down = new Set<Verb>();
  const fail = (): Promise<never> =>
    Promise.reject(new Error("connection lost to redis://user:password@store"));
  return {
    down,
    wrapStore: (store) =>
      new Proxy(store, {
        get: (target, name, receiver) => {
          const member: unknown = Reflect.get(target, name, receiver);
          return down.has(name as Verb) ? fail : member;
        },
      }),
  };
}

async function startFailing(): Promise<{ bench: TestBench; key: IssuedKey; down: Set<Verb> }> {
  const { down, wrapStore } = failing();
  const bench = await startForTest({ wrapStore });
  const key = await bench.issue({ daily_usd_cap: 100 });
  return { bench, key, down };
}

it.each<Verb>(["findKey", "reserve"])("forwards nothing where %s fails", async (verb) => {
  const { bench, key, down } = await startFailing();
  down.add(verb);
  const answer = await bench.charge(key);
  expect([answer.status, answer.headers["x-keybrake-code"]]).toEqual([503, "store_unavailable"]);
  expect(answer.text).not.toContain("redis");
  expect(answer.headers["stripe-should-retry"]).toBe("false");
  expect(bench.sandbox.requests()).toEqual([]);
  expect(bench.internalErrors).toHaveLength(1);
  down.clear();
  expect(await bench.spend(key)).toMatchObject({ total_usd: 0, held_usd: 0, calls: 0 });
  expect((await bench.charge(key)).status).toBe(200);
});

it("forwards nothing where everything fails, and still answers", async () => {
  const { bench, key, down } = await startFailing();
  for (const verb of ["findKey", "reserve", "appendAudit", "getKey", "settle"] as const) down.add(verb);
  expect((await bench.charge(key)).status).toBe(503);
  expect(bench.sandbox.requests()).toEqual([]);
});

it("hands the vendor's answer on where settling fails, and keeps the hold until it can settle", async () => {
  const { bench, key, down } = await startFailing();
  down.add("settle");
  const answer = await bench.charge(key);
  expect(answer.status).toBe(200);
  expect(answer.json).toMatchObject({ object: "charge", amount: 2000 });
  expect(answer.headers["keybrake-cost-usd"]).toBe("20.00");
  expect(bench.internalErrors.length).toBeGreaterThan(0);
  expect(await bench.spend(key)).toMatchObject({ total_usd: 0, held_usd: 20, remaining_usd: 80 });
  down.clear();
  await until("it is written", async () => (await bench.spend(key)).total_usd === 20);
});

it("hands the vendor's refusal on where settling fails, and releases the hold when it can", async () => {
  const { bench, key, down } = await startFailing();
  down.add("settle");
  bench.sandbox.fail({ kind: "status", status: 402 });
  expect((await bench.charge(key)).status).toBe(402);
  expect(await bench.spend(key)).toMatchObject({ held_usd: 20 });
  down.clear();
  await until("it is written", async () => (await bench.spend(key)).held_usd === 0);
});

it("refuses for policy also where the refusal can't be entered or the room not be read", async () => {
  const { bench, down } = await startFailing();
  const key = await bench.issue({ allowed_endpoints: ["/v1/balance"], daily_usd_cap: 5 });
  down.add("appendAudit").add("getKey");
  const answer = await bench.charge(key);
  expect(answer.headers["x-keybrake-code"]).toBe("endpoint_not_allowed");
  expect(bench.internalErrors.length).toBeGreaterThan(0);
});

describe("the control API answers 503 where", () => {
  it.each<[Verb, string, string, object | undefined]>([
    ["createKey", "POST", "/v1/keys", { label: "a", vendor: "stripe" }],
    ["listKeys", "GET", "/v1/keys", undefined],
    ["getKey", "GET", "/v1/keys/key_1", undefined],
    ["getKey", "DELETE", "/v1/keys/key_1", undefined],
    ["extendKey", "POST", "/v1/keys/key_1/extend", { expires_in: "5m" }],
    ["revokeKeys", "POST", "/v1/keys/revoke", { vendor: "stripe" }],
    ["getBudget", "POST", "/v1/validate", { vendor: "stripe", budgets: ["b"] }],
    ["getBudget", "GET", "/v1/budgets/b", undefined],
    ["listBudgets", "GET", "/v1/budgets", undefined],
    ["putBudget", "PUT", "/v1/budgets/b", {}],
    ["listAudit", "GET", "/v1/audit", undefined],
    ["getNewestAuditId", "GET", "/v1/audit/stream", undefined],
    ["ping", "GET", "/readyz", undefined],
  ])("%s fails: %s %s", async (verb, method, path, body) => {
    const { bench, down } = await startFailing();
    down.add(verb);
    const answer = await bench.control(method, path, body);
    expect([answer.status, answer.headers["x-keybrake-code"]]).toEqual([503, "store_unavailable"]);
    expect(answer.text).not.toContain("redis");
  });
});

it("does not claim a revocation that the store did not make", async () => {
  const { bench, key, down } = await startFailing();
  down.add("revokeKeys");
  expect((await bench.control("DELETE", `/v1/keys/${key.id}`)).status).toBe(503);
  down.clear();
  expect((await bench.charge(key)).status).toBe(200);
});

it("takes a store that throws for one that rejects", async () => {
  const bench = await startForTest({
    wrapStore: (store) => ({
      ...store,
      reserve() {
        throw new Error("not connected");
      },
    }),
  });
  expect((await bench.charge(await bench.issue())).status).toBe(503);
  expect(bench.sandbox.requests()).toEqual([]);
});

it("survives listeners of the host that throw", async () => {
  const bench = await startForTest({
    proxy: {
      onCall() {
        throw new Error("the host's own mistake");
      },
    },
  });
  const key = await bench.issue({ daily_usd_cap: 30 });
  expect((await bench.charge(key)).headers["keybrake-cost-usd"]).toBe("20.00");
  expect((await bench.charge(key)).status).toBe(429);
  expect(bench.internalErrors).toHaveLength(2);
});
