import { randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryLedger, createRedisLedger, createSqliteLedger, type Ledger } from "@keybrake/ledger";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { startForTest } from "../../test-support/start-for-test.ts";

const ledgers: [name: string, create: () => Ledger][] = [
  ["memory", () => createMemoryLedger()],
  [
    "SQLite",
    () => {
      const folder = mkdtempSync(join(tmpdir(), "keybrake-"));
      onTestFinished(() => rm(folder, { recursive: true }));
      return createSqliteLedger({ path: join(folder, "keybrake.db") });
    },
  ],
  ["Redis", () => createRedisLedger({ url: inject("redisUrl"), prefix: randomUUID() })],
];

const POLICY = {
  label: "billing-agent",
  vendor: "stripe",
  budgets: [{ name: "user:42", daily_usd_cap: 500 }],
};

describe.each(ledgers)("a budget whose cap every key states, in %s", (_name, create) => {
  it("caps one user over ten requests with a key each", async () => {
    const bench = await startForTest({ proxy: { store: create() } });
    const statuses: number[] = [];
    for (let request = 0; request < 10; request++) {
      const key = await bench.issue(POLICY);
      statuses.push((await bench.charge(key, 10_000)).status);
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(5);
    expect(bench.grossUsdMinor()).toBe(50_000);
  });

  it("caps one user over a hundred requests at once", async () => {
    const bench = await startForTest({ proxy: { store: create() } });
    const answers = await Promise.all(
      Array.from({ length: 100 }, async () => bench.charge(await bench.issue(POLICY), 10_000)),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
    expect(bench.grossUsdMinor()).toBe(50_000);
    const { spend } = (await bench.control("GET", "/v1/budgets/user:42")).json as {
      spend: { daily_usd: number; held_usd: number };
    };
    expect(spend).toMatchObject({ daily_usd: 500, held_usd: 0 });
  });
});

it("shows what a key states beside the names of its budgets, and in a refusal", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ ...POLICY, budgets: ["team", { name: "user:42", daily_usd_cap: 1 }] });
  expect(key).toMatchObject({
    budgets: ["team", "user:42"],
    budget_caps: [{ name: "user:42", daily_usd_cap: 1 }],
    warnings: [{ code: "new_budget", budget: "team" }],
  });
  const { json } = await bench.charge(key, 200);
  expect(json).toMatchObject({
    code: "cap_exhausted",
    details: { limit: "budget:user:42:daily", stated: true, cap_usd: "1.00" },
  });
  expect((await bench.control("GET", "/v1/budgets/user:42")).json).toMatchObject({ daily_usd_cap: null });
});

it("answers validate by the caps that the question states", async () => {
  const bench = await startForTest();
  const ask = { vendor: "stripe", budgets: [{ name: "user:42", daily_usd_cap: 5 }] };
  expect((await bench.control("POST", "/v1/validate", { ...ask, usd: 5 })).json).toEqual({
    allowed: true,
    remaining_usd: 5,
  });
  expect((await bench.control("POST", "/v1/validate", { ...ask, usd: 6 })).json).toEqual({
    allowed: false,
    code: "cap_exhausted",
    remaining_usd: 5,
  });
});

it.each([
  ["no cap at all", {}, ["uncapped"]],
  ["bounds that are no caps", { max_usd_per_call: 1, max_calls: 5 }, ["uncapped"]],
  ["a budget that is new", { budgets: ["usr:42"] }, ["uncapped", "new_budget"]],
  ["a cap and a budget that is new", { daily_usd_cap: 1, budgets: ["usr:42"] }, ["new_budget"]],
  ["a budget with a stored cap", { budgets: ["stored"] }, []],
  ["a budget with a stated cap", { budgets: [{ name: "b", total_usd_cap: 1 }] }, []],
  ["a cap of 0", { total_usd_cap: 0 }, []],
])("warns of %s", async (_name, policy, codes) => {
  const bench = await startForTest();
  await bench.control("PUT", "/v1/budgets/stored", { total_usd_cap: 10 });
  const key = await bench.issue({ label: "agent", vendor: "stripe", ...policy });
  expect((key.warnings as { code: string }[]).map(({ code }) => code)).toEqual(codes);
});

it("refuses a key without any cap where the configuration says so", async () => {
  const bench = await startForTest({ config: { require_cap: true } });
  const issue = (policy: object): Promise<{ status: number }> =>
    bench.control("POST", "/v1/keys", { label: "agent", vendor: "stripe", ...policy });
  expect((await issue({ max_usd_per_call: 5 })).status).toBe(422);
  expect((await issue({ budgets: ["new"] })).status).toBe(422);
  expect((await issue({ budgets: [{ name: "new", daily_usd_cap: 5 }] })).status).toBe(201);
  expect((await issue({ daily_usd_cap: 5 })).status).toBe(201);
});

it.each([
  ["a budget twice", ["a", { name: "a", daily_usd_cap: 1 }], "budgets"],
  ["an unknown field", [{ name: "a", daily_cap: 1 }], "budgets.0.daily_cap"],
  ["a negative cap", ["b", { name: "a", daily_usd_cap: -1 }], "budgets.1.daily_usd_cap"],
  ["a name that is none", ["b", "no name"], "budgets.1"],
  ["a number", [5], "budgets.0"],
])("refuses %s, by its name", async (_name, budgets, path) => {
  const bench = await startForTest();
  const { status, json } = await bench.control("POST", "/v1/keys", { label: "a", vendor: "stripe", budgets });
  expect(status).toBe(422);
  expect((json as { issues: { path: string }[] }).issues[0]?.path).toBe(path);
});
