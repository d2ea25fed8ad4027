import { describe, expect, it } from "vitest";
import { expectRefusal } from "../../test-support/expect-refusal.ts";
import { type Answer, parseRaw, sendRaw } from "../../test-support/sender.ts";
import {
  KEYBRAKE_TOKEN,
  OTHER_TOKEN,
  startForTest,
  type TestBench,
  TWO_TENANTS,
} from "../../test-support/start-for-test.ts";

const AS_OTHER = { authorization: `Bearer ${OTHER_TOKEN}` };

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
  const bench = await startForTest(TWO_TENANTS);
  const key = await bench.issue({ budgets: ["b"] });
  await bench.charge(key);
  const as = (method: string, path: string, body?: unknown): Promise<Answer> =>
    bench.control(method, path, body, AS_OTHER);
  expectRefusal(await as("GET", `/v1/keys/${key.id}`), "not_found");
  expectRefusal(await as("DELETE", `/v1/keys/${key.id}`), "not_found");
  expectRefusal(await as("POST", `/v1/keys/${key.id}/extend`, { expires_in: "5m" }), "not_found");
  expectRefusal(await as("GET", "/v1/budgets/b"), "not_found");
  expect((await as("POST", "/v1/keys/revoke", { vendor: "stripe" })).json).toEqual({
    revoked: 0,
    in_flight: { calls: 0, held_usd: 0 },
  });
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
  let isDown = false;
  const down = await startForTest({
    wrapStore: (store) => ({
      ...store,
      ping: () => (isDown ? Promise.reject(new Error("down")) : store.ping()),
    }),
  });
  isDown = true;
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
