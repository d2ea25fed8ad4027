import { describe, expect, it } from "vitest";
import { expectRefusal, readIssuePaths } from "../../test-support/expect-refusal.ts";
import { startForTest } from "../../test-support/start-for-test.ts";

describe("POST /v1/validate", () => {
  it.each<[object, object]>([
    [{ vendor: "stripe" }, { allowed: true, remaining_usd: null }],
    [{ vendor: "nobody" }, { allowed: false, code: "unknown_vendor" }],
    [
      { vendor: "stripe", usd: 5 },
      { allowed: true, remaining_usd: null },
    ],
    [
      { vendor: "stripe", budgets: ["tight"], usd: 5 },
      { allowed: true, remaining_usd: 5 },
    ],
    [
      { vendor: "stripe", budgets: ["tight"], usd: 5.01 },
      { allowed: false, code: "cap_exhausted" },
    ],
    [
      { vendor: "stripe", budgets: ["empty"] },
      { allowed: false, code: "cap_exhausted", remaining_usd: 0 },
    ],
    [
      { vendor: "stripe", budgets: ["frozen"] },
      { allowed: false, code: "budget_frozen" },
    ],
    [
      { vendor: "stripe", budgets: ["unknown"] },
      { allowed: true, remaining_usd: null },
    ],
    [{ vendor: "stripe", endpoint: "POST /v1/charges" }, { allowed: true }],
    [
      { vendor: "stripe", endpoint: "POST /v1/ephemeral_keys" },
      { allowed: false, code: "secret_endpoint" },
    ],
  ])("%o is %o", async (body, expected) => {
    const bench = await startForTest();
    await bench.control("PUT", "/v1/budgets/tight", { daily_usd_cap: 5 });
    await bench.control("PUT", "/v1/budgets/empty", { total_usd_cap: 0 });
    await bench.control("PUT", "/v1/budgets/frozen", { frozen: true });
    const answer = await bench.control("POST", "/v1/validate", body);
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject(expected);
    expect((await bench.control("GET", "/v1/budgets")).text).not.toContain('unknown"');
    expect((await bench.control("GET", "/v1/keys")).json).toEqual({ data: [], has_more: false });
  });

  it("names an unknown field", async () => {
    const bench = await startForTest();
    const answer = await bench.control("POST", "/v1/validate", { vendor: "stripe", amount: 5 });
    expectRefusal(answer, "invalid_policy");
    expect(readIssuePaths(answer)).toEqual(["amount"]);
  });
});

describe("budgets", () => {
  it("are set, read, listed and freed of a cap", async () => {
    const bench = await startForTest();
    const put = await bench.control("PUT", "/v1/budgets/user:42", { daily_usd_cap: 100, total_usd_cap: 500 });
    expect(put.json).toMatchObject({
      name: "user:42",
      daily_usd_cap: 100,
      total_usd_cap: 500,
      frozen: false,
    });
    await bench.charge(await bench.issue({ budgets: ["user:42"] }));
    expect((await bench.control("GET", "/v1/budgets/user:42")).json).toMatchObject({
      spend: { daily_usd: 20, total_usd: 20, held_usd: 0, unknown_usd: 0, remaining_usd: 80 },
    });
    const freed = await bench.control("PUT", "/v1/budgets/user:42", { daily_usd_cap: null });
    expect(freed.json).toMatchObject({
      daily_usd_cap: null,
      total_usd_cap: 500,
      spend: { remaining_usd: 480 },
    });
    for (const name of ["a", "b"]) await bench.control("PUT", `/v1/budgets/${name}`, {});
    const page = await bench.control("GET", "/v1/budgets?limit=2");
    expect(page.json).toMatchObject({ data: [{ name: "a" }, { name: "b" }], has_more: true });
    expect((await bench.control("GET", "/v1/budgets?starting_after=b")).json).toMatchObject({
      data: [{ name: "user:42" }],
      has_more: false,
    });
  });

  it("have a cap per UTC month, stored or stated by a key", async () => {
    const bench = await startForTest();
    const put = await bench.control("PUT", "/v1/budgets/team", { monthly_usd_cap: 30 });
    expect(put.json).toMatchObject({ monthly_usd_cap: 30, daily_usd_cap: null, spend: { monthly_usd: 0 } });
    const stored = await bench.issue({ budgets: ["team"] });
    expect(stored.warnings).toEqual([]);
    const stated = await bench.issue({ budgets: [{ name: "user:42", monthly_usd_cap: 30 }] });
    expect(stated.budget_caps).toEqual([{ name: "user:42", monthly_usd_cap: 30 }]);
    for (const [key, limit] of [
      [stored, "budget:team:monthly"],
      [stated, "budget:user:42:monthly"],
    ] as const) {
      expect((await bench.charge(key)).status).toBe(200);
      const answer = await bench.charge(key);
      expectRefusal(answer, "cap_exhausted");
      const resets_at = expect.stringMatching(/-01T00:00:00\.000Z$/);
      expect(answer.json).toMatchObject({
        details: { limit, cap_usd: "30.00", spent_usd: "20.00", resets_at },
      });
      expect(answer.text).toContain("monthly cap");
    }
    const found = await bench.control("GET", "/v1/budgets/team");
    expect(found.json).toMatchObject({ spend: { monthly_usd: 20, remaining_usd: 10 } });
    const freed = await bench.control("PUT", "/v1/budgets/team", { monthly_usd_cap: null });
    expect(freed.json).toMatchObject({ monthly_usd_cap: null, spend: { remaining_usd: null } });
  });

  it.each([
    ["/v1/budgets/a", { cap: 5 }, "cap"],
    ["/v1/budgets/a", { daily_usd_cap: -1 }, "daily_usd_cap"],
    ["/v1/budgets/a", { frozen: "yes" }, "frozen"],
    ["/v1/budgets/a%20b", {}, "name"],
    [`/v1/budgets/${"a".repeat(129)}`, {}, "name"],
  ])("PUT %s %o names what is wrong", async (path, body, field) => {
    const bench = await startForTest();
    const answer = await bench.control("PUT", path, body);
    expectRefusal(answer, "invalid_policy");
    expect(readIssuePaths(answer)).toEqual([field]);
  });
});
