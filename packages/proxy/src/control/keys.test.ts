import { describe, expect, it } from "vitest";
import { expectRefusal, readIssuePaths } from "../../test-support/expect-refusal.ts";
import { OTHER_TOKEN, startForTest, TWO_TENANTS } from "../../test-support/start-for-test.ts";

const POLICY = { label: "agent", vendor: "stripe" };
const AS_OTHER = { authorization: `Bearer ${OTHER_TOKEN}` };

describe("POST /v1/keys", () => {
  it("issues a key with its token, and never shows the token again", async () => {
    const bench = await startForTest();
    const policy = {
      ...POLICY,
      allowed_endpoints: ["POST /v1/charges"],
      daily_usd_cap: 500,
      total_usd_cap: 1000.5,
      max_usd_per_call: 20.000001,
      max_calls: 7,
      calls_per_minute: 60,
      budgets: ["user:42", "org:acme"],
      mode: "test",
      shadow: true,
      accounts: ["acct_1"],
      allow_recurring: true,
      metadata: { run: "7" },
    };
    const answer = await bench.control("POST", "/v1/keys", { ...policy, expires_in: "2h" });
    expect(answer.status).toBe(201);
    expect(answer.headers["cache-control"]).toBe("no-store");
    const { id, token, created_at, expires_at, ...rest } = answer.json as Record<string, string>;
    const { warnings, ...shown } = rest as Record<string, unknown>;
    expect(shown).toEqual({ ...policy, frozen: false, status: "active", revoked_at: null });
    expect(warnings).toMatchObject([
      { code: "new_budget", budget: "user:42" },
      { code: "new_budget", budget: "org:acme" },
    ]);
    expect(id).toMatch(/^key_[0-9A-Za-z]{22}$/);
    expect(token).toMatch(/^vk_test_[0-9A-Za-z]{49}$/);
    expect(Date.parse(expires_at ?? "") - Date.parse(created_at ?? "")).toBe(7_200_000);
    for (const path of ["/v1/keys", `/v1/keys/${id}`]) {
      expect((await bench.control("GET", path)).text).not.toContain(token);
    }
  });

  it("fills in the defaults", async () => {
    const bench = await startForTest();
    const key = await bench.issue();
    expect(key).toMatchObject({
      mode: "live",
      shadow: false,
      budgets: [],
      accounts: [],
      allow_recurring: false,
    });
    expect(Date.parse(String(key.expires_at)) - Date.parse(String(key.created_at))).toBe(300_000);
    expect(key).not.toHaveProperty("daily_usd_cap");
  });

  it.each([
    ["label", { label: "" }],
    ["label", { label: "a".repeat(201) }],
    ["label", { label: "a\nb" }],
    ["label", { label: undefined }],
    ["label", { label: 5 }],
    ["vendor", { vendor: "Stripe" }],
    ["vendor", { vendor: "nobody" }],
    ["vendor", { vendor: "__proto__" }],
    ["vendor", { vendor: "constructor" }],
    ["allowed_endpoints.0", { allowed_endpoints: ["/v1/pay*"] }],
    ["allowed_endpoints.0", { allowed_endpoints: ["/v1/../x"] }],
    ["allowed_endpoints.1", { allowed_endpoints: ["/v1/x", "post /v1/x"] }],
    ["allowed_endpoints.0", { allowed_endpoints: ["/v1/**"] }],
    ["allowed_endpoints.0", { allowed_endpoints: ["/v1/x?a=b"] }],
    ["daily_usd_cap", { daily_usd_cap: -0.01 }],
    ["daily_usd_cap", { daily_usd_cap: 0.0000001 }],
    ["daily_usd_cap", { daily_usd_cap: "500" }],
    ["daily_usd_cap", { daily_usd_cap: null }],
    ["daily_usd_cap", { daily_usd_cap: 9_000_000_000.01 }],
    ["total_usd_cap", { total_usd_cap: 1e300 }],
    ["max_usd_per_call", { max_usd_per_call: true }],
    ["max_calls", { max_calls: 0 }],
    ["max_calls", { max_calls: 1.5 }],
    ["calls_per_minute", { calls_per_minute: -1 }],
    ["budgets", { budgets: Array.from({ length: 9 }, (_, i) => `b${i}`) }],
    ["budgets", { budgets: ["a", "a"] }],
    ["budgets.0", { budgets: [""] }],
    ["budgets.0", { budgets: ["a b"] }],
    ["expires_in", { expires_in: 300 }],
    ["expires_in", { expires_in: "5" }],
    ["expires_in", { expires_in: "0s" }],
    ["expires_in", { expires_in: "25h" }],
    ["expires_in", { expires_in: "1.5h" }],
    ["mode", { mode: "prod" }],
    ["shadow", { shadow: "true" }],
    ["accounts.0", { accounts: [""] }],
    ["metadata", { metadata: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`k${i}`, "v"])) }],
    ["metadata.a", { metadata: { a: 1 } }],
    ["dailyUsdCap", { dailyUsdCap: 5 }],
    ["daily_cap_usd", { daily_cap_usd: 5 }],
    ["tenant", { tenant: "other" }],
  ])("names %s in %o, and issues nothing", async (path, fields) => {
    const bench = await startForTest();
    const answer = await bench.control("POST", "/v1/keys", { ...POLICY, ...fields });
    expectRefusal(answer, "invalid_policy");
    expect(readIssuePaths(answer)).toEqual([path]);
    expect((await bench.control("GET", "/v1/keys")).json).toEqual({ data: [], has_more: false });
    expect((await bench.control("GET", "/v1/budgets")).json).toEqual({ data: [], has_more: false });
  });

  it("names every field that is wrong", async () => {
    const bench = await startForTest();
    const answer = await bench.control("POST", "/v1/keys", {
      vendor: "stripe",
      a: 1,
      daily_usd_cap: -1,
      b: 2,
    });
    expect(readIssuePaths(answer).sort()).toEqual(["a", "b", "daily_usd_cap", "label"]);
  });

  it.each(["{", "nonsense", '{"label":"a",}'])("calls %j malformed", async (body) => {
    const bench = await startForTest();
    expectRefusal(await bench.control("POST", "/v1/keys", body), "malformed_request");
  });

  it.each(["[]", "null", "5", '"text"', "{}"])("calls %s no policy", async (body) => {
    const bench = await startForTest();
    expectRefusal(await bench.control("POST", "/v1/keys", body), "invalid_policy");
  });

  it("takes no body above 64 KiB", async () => {
    const bench = await startForTest();
    const body = JSON.stringify({ ...POLICY, metadata: { a: "x".repeat(100_000) } });
    expectRefusal(await bench.control("POST", "/v1/keys", body), "request_too_large");
  });

  it("gives the same key and token again under one Idempotency-Key, for 24 hours", async () => {
    const bench = await startForTest(TWO_TENANTS);
    const headers = { "idempotency-key": "run-7" };
    const [first, second] = await Promise.all([
      bench.control("POST", "/v1/keys", POLICY, headers),
      bench.control("POST", "/v1/keys", POLICY, headers),
    ]);
    expect(second.status).toBe(201);
    expect(second.json).toEqual(first.json);
    const conflict = await bench.control("POST", "/v1/keys", { ...POLICY, daily_usd_cap: 1 }, headers);
    expectRefusal(conflict, "idempotency_conflict");
    const other = await bench.control("POST", "/v1/keys", POLICY, { ...headers, ...AS_OTHER });
    expect((other.json as { id: string }).id).not.toBe((first.json as { id: string }).id);
    expect((await bench.charge(first.json as { id: string; token: string })).status).toBe(200);
    bench.advance(24 * 3_600_000 + 1000);
    const anew = await bench.control("POST", "/v1/keys", { ...POLICY, daily_usd_cap: 1 }, headers);
    expect(anew.status).toBe(201);
    expect((anew.json as { token: string }).token).not.toBe((first.json as { token: string }).token);
  });

  it("holds a key to the longest life the operator allows", async () => {
    const bench = await startForTest({ config: { limits: { max_lifetime: "1h", max_expires_in: "2h" } } });
    const key = await bench.issue({ expires_in: "90m" });
    expect(Date.parse(String(key.expires_at)) - Date.parse(String(key.created_at))).toBe(3_600_000);
  });
});

it("POST /vault/keys is the same for older guides", async () => {
  const bench = await startForTest();
  const { label: agent_run_label, ...policy } = POLICY;
  const answer = await bench.control("POST", "/vault/keys", {
    ...policy,
    agent_run_label,
    daily_usd_cap: 20,
  });
  expect(answer.status).toBe(201);
  const { token, vault_key, label, id } = answer.json as Record<string, string>;
  expect([vault_key, label]).toEqual([token, "agent"]);
  expect((await bench.charge({ id: id ?? "", token: token ?? "" })).status).toBe(200);
  expectRefusal(await bench.control("POST", "/vault/keys", POLICY), "invalid_policy");
});

describe("GET /v1/keys", () => {
  it("pages and filters, newest first", async () => {
    const bench = await startForTest();
    const ids: string[] = [];
    for (let index = 0; index < 5; index++) {
      ids.unshift((await bench.issue({ label: `run-${index}`, budgets: index ? ["b"] : [] })).id);
    }
    await bench.control("DELETE", `/v1/keys/${ids[0]}`);
    const list = async (query: string): Promise<{ ids: string[]; more: boolean }> => {
      const page = (await bench.control("GET", `/v1/keys?${query}`)).json as {
        data: { id: string }[];
        has_more: boolean;
      };
      return { ids: page.data.map(({ id }) => id), more: page.has_more };
    };
    expect(await list("limit=2")).toEqual({ ids: ids.slice(0, 2), more: true });
    expect(await list(`limit=2&starting_after=${ids[1]}`)).toEqual({ ids: ids.slice(2, 4), more: true });
    expect(await list(`limit=2&starting_after=${ids[3]}`)).toEqual({ ids: ids.slice(4), more: false });
    expect((await list("status=revoked")).ids).toEqual([ids[0]]);
    expect((await list("status=active&budget=b")).ids).toEqual(ids.slice(1, 4));
    expect((await list("label_prefix=run-3")).ids).toEqual([ids[1]]);
    expect((await list("vendor=twilio")).ids).toEqual([]);
    expect((await list("")).ids).toHaveLength(5);
  });

  it.each(["limit=0", "limit=101", "limit=abc", "limit=1.5", "status=dead", "colour=red"])(
    "refuses ?%s by name",
    async (query) => {
      const bench = await startForTest();
      const answer = await bench.control("GET", `/v1/keys?${query}`);
      expectRefusal(answer, "invalid_policy");
      expect(readIssuePaths(answer)).toEqual([query.split("=")[0]]);
    },
  );
});

it("GET /v1/keys/:id shows the live spend", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ daily_usd_cap: 100 });
  await bench.charge(key, 1500);
  bench.sandbox.fail({ kind: "status", status: 500 });
  await bench.charge(key, 500);
  const tomorrow = new Date();
  tomorrow.setUTCHours(24, 0, 0, 0);
  expect(await bench.spend(key)).toEqual({
    daily_usd: 15,
    total_usd: 15,
    held_usd: 5,
    unknown_usd: 5,
    calls: 2,
    remaining_usd: 80,
    resets_at: tomorrow.toISOString(),
  });
  expect(await bench.spend(await bench.issue())).toMatchObject({ remaining_usd: null });
});

describe("POST /v1/keys/:id/extend", () => {
  it("counts from now, never past the longest life", async () => {
    const bench = await startForTest();
    const key = await bench.issue();
    bench.advance(60_000);
    const extended = (await bench.control("POST", `/v1/keys/${key.id}/extend`, { expires_in: "10m" }))
      .json as { expires_at: string };
    const gained = Date.parse(extended.expires_at) - Date.parse(String(key.expires_at));
    expect(Math.round(gained / 60_000)).toBe(6);
    bench.advance(9 * 60_000);
    expect((await bench.charge(key)).status).toBe(200);
    const last = (await bench.control("POST", `/v1/keys/${key.id}/extend`, { expires_in: "24h" })).json as {
      expires_at: string;
    };
    expect(Date.parse(last.expires_at) - Date.parse(String(key.created_at))).toBe(24 * 3_600_000);
  });

  it.each([{}, { expires_in: "x" }, { expires_in: "5m", by: "5m" }, { expires_in: "48h" }])(
    "refuses %o",
    async (body) => {
      const bench = await startForTest();
      const { id } = await bench.issue();
      expectRefusal(await bench.control("POST", `/v1/keys/${id}/extend`, body), "invalid_policy");
    },
  );
});
