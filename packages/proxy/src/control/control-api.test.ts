import { ERROR_STATUS, errorEnvelopeSchema } from "@keybrake/core/protocol";
import { describe, expect, it } from "vitest";
import { type Answer, parseRaw, sendRaw } from "../testing/sender.ts";
import { KEYBRAKE_TOKEN, OTHER_TOKEN, startForTest, type TestBench } from "../testing/start-for-test.ts";

const POLICY = { label: "agent", vendor: "stripe" };
const AS_OTHER = { authorization: `Bearer ${OTHER_TOKEN}` };

/** An error in the one envelope, every field and header of it. */
function expectRefusal(answer: Answer, code: keyof typeof ERROR_STATUS): void {
  expect(answer.headers["x-keybrake-code"]).toBe(code);
  expect(answer.status).toBe(ERROR_STATUS[code]);
  const body = errorEnvelopeSchema.parse(answer.json);
  const doc = expect.stringMatching(new RegExp(`^https://.*#${code}$`));
  expect(body).toMatchObject({
    code,
    name: code,
    status: answer.status,
    statusCode: answer.status,
    more_info: doc,
    error: { type: "keybrake_error", code, message: body.message, doc_url: doc },
    errors: [{ message: body.message, extensions: { code: code.toUpperCase() } }],
  });
  expect(answer.headers).toMatchObject({
    "cache-control": "no-store",
    "content-type": "application/json; charset=utf-8",
    "keybrake-request-id": body.request_id,
    "request-id": body.request_id,
    "stripe-should-retry": "false",
  });
  if (code !== "rate_limited") expect(answer.headers).not.toHaveProperty("retry-after");
}

const paths = (answer: Answer): string[] =>
  (answer.json as { issues: { path: string }[] }).issues.map(({ path }) => path);

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
    expect(rest).toEqual({ ...policy, status: "active", revoked_at: null });
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
    expect(paths(answer)).toEqual([path]);
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
    expect(paths(answer).sort()).toEqual(["a", "b", "daily_usd_cap", "label"]);
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
    const bench = await startForTest();
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
      expect(paths(answer)).toEqual([query.split("=")[0]]);
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
    expect(paths(answer)).toEqual(["amount"]);
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
    expect(paths(answer)).toEqual([field]);
  });
});

describe("audit", () => {
  it("has one entry for every call that named a vendor, newest first, by page and filter", async () => {
    const bench = await startForTest();
    const key = await bench.issue({
      label: "run-7",
      daily_usd_cap: 30,
      budgets: ["b"],
      metadata: { order: "9" },
    });
    await bench.charge(key);
    await bench.charge(key);
    await bench.send("GET", "/stripe/v1//x", { headers: { authorization: `Bearer ${key.token}` } });
    const list = async (query = ""): Promise<Record<string, unknown>[]> =>
      ((await bench.control("GET", `/v1/audit${query}`)).json as { data: Record<string, unknown>[] }).data;
    const [refused, allowed] = await list();
    expect(allowed).toMatchObject({
      key_id: key.id,
      label: "run-7",
      vendor: "stripe",
      mode: "live",
      method: "POST",
      path: "/v1/charges",
      decision: "allowed",
      code: null,
      would_refuse: null,
      status: 200,
      outcome: "settled",
      reserved_usd: 20,
      cost_usd: 20,
      budgets: ["b"],
      metadata: { order: "9" },
    });
    expect(allowed?.vendor_request_id).toMatch(/^req_/);
    expect(refused).toMatchObject({
      decision: "refused",
      code: "cap_exhausted",
      status: 429,
      outcome: "none",
    });
    // The malformed call named a vendor, but nobody whose entry it could be.
    expect(await bench.audit()).toHaveLength(3);
    const id = String(allowed?.id);
    expect(await list("?limit=1")).toEqual([refused]);
    expect(await list(`?starting_after=${refused?.id}`)).toEqual([allowed]);
    expect((await list("?decision=allowed")).map((entry) => entry.id)).toEqual([id]);
    expect(await list(`?key_id=${key.id}`)).toHaveLength(2);
    expect(await list("?label_prefix=run-&budget=b&vendor=stripe")).toHaveLength(2);
    expect(await list("?label_prefix=other")).toEqual([]);
    expect(await list(`?since=${encodeURIComponent(new Date(Date.now() + 60_000).toISOString())}`)).toEqual(
      [],
    );
    expect(
      await list(`?until=${encodeURIComponent(new Date(Date.now() + 60_000).toISOString())}`),
    ).toHaveLength(2);
    for (const query of ["since=yesterday", "decision=maybe", "limit=1000", "x=1"]) {
      expectRefusal(await bench.control("GET", `/v1/audit?${query}`), "invalid_policy");
    }
  });
});

it("shows a tenant nothing of another's", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ budgets: ["b"] });
  await bench.charge(key);
  const as = (method: string, path: string, body?: unknown): Promise<Answer> =>
    bench.control(method, path, body, AS_OTHER);
  expectRefusal(await as("GET", `/v1/keys/${key.id}`), "not_found");
  expectRefusal(await as("DELETE", `/v1/keys/${key.id}`), "not_found");
  expectRefusal(await as("POST", `/v1/keys/${key.id}/extend`, { expires_in: "5m" }), "not_found");
  expectRefusal(await as("GET", "/v1/budgets/b"), "not_found");
  expect((await as("POST", "/v1/keys/revoke", { vendor: "stripe" })).json).toEqual({ revoked: 0 });
  for (const path of ["/v1/keys", "/v1/budgets", "/v1/audit"]) {
    expect((await as("GET", path)).json).toEqual({ data: [], has_more: false });
  }
  await as("PUT", "/v1/budgets/b", { frozen: true });
  expect((await bench.charge(key)).status).toBe(200);
});

const CALLS: [string, string][] = [
  ["POST", "/v1/keys"],
  ["GET", "/v1/keys"],
  ["GET", "/v1/keys/key_1"],
  ["POST", "/v1/keys/key_1/extend"],
  ["DELETE", "/v1/keys/key_1"],
  ["POST", "/v1/keys/revoke"],
  ["POST", "/v1/validate"],
  ["GET", "/v1/budgets"],
  ["GET", "/v1/budgets/b"],
  ["PUT", "/v1/budgets/b"],
  ["GET", "/v1/audit"],
  ["GET", "/v1/audit/stream"],
  ["POST", "/vault/keys"],
];

describe.each(CALLS)("%s %s", (method, path) => {
  it.each([
    ["no token", undefined],
    ["a token of nobody", "Bearer kb_nobody"],
    ["another scheme", `Basic ${KEYBRAKE_TOKEN}`],
  ])("lets nobody in with %s", async (_name, authorization) => {
    const bench = await startForTest();
    const headers = authorization === undefined ? {} : { authorization };
    expectRefusal(await bench.send(method, path, { headers }), "invalid_token");
  });
});

it.each([
  ["GET", "/v1"],
  ["GET", "/v1/nothing"],
  ["PATCH", "/v1/keys"],
  ["DELETE", "/v1/keys"],
  ["GET", "/v1/keys/"],
  ["GET", "/vault/keys"],
  ["POST", "/v1/audit"],
])("%s %s is not found", async (method, path) => {
  const bench = await startForTest();
  expectRefusal(await bench.control(method, path), "not_found");
});

it.each([
  ["a key by a broken escape", "GET", "/v1/keys/%zz"],
  ["a budget by a broken escape", "GET", "/v1/budgets/%zz"],
  ["a key by its prototype", "GET", "/v1/keys/__proto__"],
  ["a key by a long id", "GET", `/v1/keys/${"a".repeat(5000)}`],
])("answers %s in the envelope", async (_name, method, path) => {
  const bench = await startForTest();
  expectRefusal(await bench.control(method, path), "not_found");
});

it.each([
  ["no host", `GET /v1/keys HTTP/1.1\r\nAuthorization: Bearer ${KEYBRAKE_TOKEN}\r\n\r\n`],
  ["HTTP/1.0", `GET /v1/keys HTTP/1.0\r\nAuthorization: Bearer ${KEYBRAKE_TOKEN}\r\n\r\n`],
  [
    "a strange host",
    `GET /v1/keys HTTP/1.1\r\nHost: a b/c?d#e\r\nAuthorization: Bearer ${KEYBRAKE_TOKEN}\r\n\r\n`,
  ],
  ["an empty host", `GET /v1/keys HTTP/1.1\r\nHost:\r\nAuthorization: Bearer ${KEYBRAKE_TOKEN}\r\n\r\n`],
])("serves, or refuses in the envelope, a request with %s", async (_name, bytes) => {
  const bench = await startForTest();
  const answer = parseRaw(await sendRaw(bench.port, bytes));
  if (answer.status !== 200) expectRefusal(answer, "malformed_request");
});

it("tells its health, without a token", async () => {
  const bench = await startForTest();
  for (const path of ["/healthz", "/readyz"]) {
    const answer = await bench.send("GET", path);
    expect([answer.status, answer.json]).toEqual([200, { status: "ok" }]);
    expect(answer.headers["cache-control"]).toBe("no-store");
  }
  const down = await startForTest({
    wrapStore: (store) => ({ ...store, ping: () => Promise.reject(new Error("down")) }),
  });
  expect((await down.send("GET", "/healthz")).status).toBe(200);
  expectRefusal(await down.send("GET", "/readyz"), "store_unavailable");
});

it("counts calls for Prometheus", async () => {
  const bench = await startForTest();
  const key = await bench.issue({ daily_usd_cap: 30 });
  await bench.charge(key);
  await bench.charge(key);
  const answer = await bench.send("GET", "/metrics");
  expect(answer.headers["content-type"]).toMatch(/^text\/plain/);
  expect(answer.text).toContain('keybrake_calls_total{vendor="stripe",status="200",code=""} 1');
  expect(answer.text).toContain('keybrake_calls_total{vendor="stripe",status="429",code="cap_exhausted"} 1');
  expect(answer.text).toContain('keybrake_settled_usd_total{vendor="stripe"} 20');
  expect(answer.text).toContain("keybrake_calls_in_flight 0");
});

it("describes every call in OpenAPI 3.1", async () => {
  const bench: TestBench = await startForTest();
  const { json } = await bench.send("GET", "/v1/openapi.json");
  const document = json as {
    openapi: string;
    paths: Record<
      string,
      Record<string, { responses: Record<string, { content?: Record<string, { schema: object }> }> }>
    >;
    components: { responses: Record<string, unknown> };
  };
  expect(document.openapi).toMatch(/^3\.1\.\d$/);
  const described = Object.entries(document.paths).flatMap(([path, calls]) =>
    Object.keys(calls).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const table = CALLS.map(([method, path]) =>
    `${method} ${path}`.replace(/key_1/, "{id}").replace(/\/b$/, "/{name}"),
  );
  const others = ["/v1/openapi.json", "/healthz", "/readyz", "/metrics"].map((path) => `GET ${path}`);
  expect(described).toEqual(expect.arrayContaining([...table, ...others]));
  for (const [path, calls] of Object.entries(document.paths)) {
    for (const call of Object.values(calls)) {
      const success = Object.entries(call.responses).find(([status]) => /^2\d\d$/.test(status))?.[1];
      const schemas = Object.values(success?.content ?? {}).map(({ schema }) => schema);
      expect(schemas.length, path).toBeGreaterThan(0);
      for (const schema of schemas) expect(Object.keys(schema).length, path).toBeGreaterThan(0);
    }
  }
  const references = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/responses\/(\w+)"/g);
  for (const [, name = ""] of references) expect(document.components.responses).toHaveProperty(name);
});
