import { describe, expect, it } from "vitest";
import {
  KEYBRAKE_TOKEN,
  LIVE_SECRET,
  startForTest,
  type TestBench,
  type TestOptions,
} from "../testing/start-for-test.ts";
import { findDeadUrl, startRawVendor, startVendor } from "../testing/start-vendor.ts";

/*
 * Every bench ends with `assertNoLeaks`: no vendor request may hold a vault key or a Keybrake token, no answer,
 * entry or summary any credential at all. So a case only has to walk a path.
 */

interface Walk {
  code: string;
  options?: () => TestOptions | Promise<TestOptions>;
  walk(bench: TestBench): Promise<{ headers: Record<string, unknown> }>;
}

const dead = async (): Promise<TestOptions> => ({ stripe: { upstream: await findDeadUrl() } });

const walks: Walk[] = [
  {
    code: "malformed_request",
    async walk(bench) {
      const { token } = await bench.issue();
      return bench.send("GET", `/stripe/v1/charges/${token}`, {
        headers: { authorization: `Bearer ${token}` },
      });
    },
  },
  {
    code: "malformed_request",
    async walk(bench) {
      const { token } = await bench.issue();
      return bench.send("GET", `/stripe/v1/charges?key=${token}`, {
        headers: { authorization: `Bearer ${token}` },
      });
    },
  },
  {
    code: "malformed_request",
    async walk(bench) {
      const { token } = await bench.issue();
      return bench.send("GET", "/stripe/v1/charges", {
        headers: { authorization: `Bearer ${token}`, "x-copy": `Bearer ${token}` },
      });
    },
  },
  {
    code: "malformed_request",
    async walk(bench) {
      const key = await bench.issue();
      return bench.post(key, "/v1/charges", { amount: 1, currency: "usd", description: key.token });
    },
  },
  {
    code: "unreadable_amount",
    walk: async (bench) => bench.post(await bench.issue(), "/v1/charges", { amount: LIVE_SECRET }),
  },
  {
    code: "invalid_key",
    walk: (bench) =>
      bench.send("GET", "/stripe/v1/charges", { headers: { authorization: `Bearer ${KEYBRAKE_TOKEN}` } }),
  },
  {
    code: "invalid_key",
    walk: (bench) =>
      bench.send("GET", "/stripe/v1/charges", { headers: { authorization: `Bearer ${LIVE_SECRET}` } }),
  },
  {
    code: "invalid_token",
    async walk(bench) {
      const { token } = await bench.issue();
      return bench.send("GET", "/v1/keys", { headers: { authorization: `Bearer ${token}` } });
    },
  },
  {
    code: "key_expired",
    async walk(bench) {
      const key = await bench.issue();
      bench.advance(3_600_000);
      return bench.charge(key);
    },
  },
  {
    code: "key_revoked",
    async walk(bench) {
      const key = await bench.issue();
      await bench.control("DELETE", `/v1/keys/${key.id}`);
      return bench.charge(key);
    },
  },
  {
    code: "vendor_mismatch",
    options: () => ({
      config: {
        vendors: {
          acme: {
            upstream: "http://127.0.0.1:9",
            credential: "acme",
            auth: { header: "x-key", value: "{{secret}}" },
          },
        },
      },
    }),
    async walk(bench) {
      const { token } = await bench.issue();
      return bench.send("GET", "/acme/v1", { headers: { authorization: `Bearer ${token}` } });
    },
  },
  {
    code: "endpoint_not_allowed",
    walk: async (bench) => bench.charge(await bench.issue({ allowed_endpoints: ["/v1/balance"] })),
  },
  {
    code: "unpriced_endpoint",
    walk: async (bench) => bench.post(await bench.issue({ daily_usd_cap: 1 }), "/v1/payouts", { amount: 1 }),
  },
  {
    code: "currency_unpriced",
    walk: async (bench) =>
      bench.post(await bench.issue({ daily_usd_cap: 1 }), "/v1/charges", { amount: 1, currency: "xts" }),
  },
  {
    code: "account_not_allowed",
    walk: async (bench) => bench.charge(await bench.issue(), 1, { "stripe-account": LIVE_SECRET }),
  },
  {
    code: "secret_endpoint",
    walk: async (bench) => bench.post(await bench.issue(), "/v1/ephemeral_keys", {}),
  },
  {
    code: "budget_frozen",
    async walk(bench) {
      await bench.control("PUT", "/v1/budgets/b", { frozen: true });
      return bench.charge(await bench.issue({ budgets: ["b"] }));
    },
  },
  { code: "not_found", walk: (bench) => bench.control("GET", "/v1/keys/key_nobody") },
  { code: "unknown_vendor", walk: (bench) => bench.send("GET", "/nobody/v1") },
  {
    code: "idempotency_conflict",
    async walk(bench) {
      const headers = { "idempotency-key": KEYBRAKE_TOKEN };
      const policy = { label: "a", vendor: "stripe" };
      await bench.control("POST", "/v1/keys", policy, headers);
      return bench.control("POST", "/v1/keys", { ...policy, label: "b" }, headers);
    },
  },
  {
    code: "request_too_large",
    walk: async (bench) =>
      bench.post(await bench.issue(), "/v1/charges", { amount: 1, description: "x".repeat(2_000_000) }),
  },
  {
    code: "invalid_policy",
    walk: (bench) => bench.control("POST", "/v1/keys", { label: "a", vendor: "stripe", daily_usd_cap: -1 }),
  },
  {
    code: "cap_exhausted",
    walk: async (bench) => bench.charge(await bench.issue({ daily_usd_cap: 1 })),
  },
  {
    code: "call_limit_reached",
    async walk(bench) {
      const key = await bench.issue({ max_calls: 1 });
      await bench.charge(key);
      return bench.charge(key);
    },
  },
  {
    code: "rate_limited",
    async walk(bench) {
      const key = await bench.issue({ calls_per_minute: 1 });
      await bench.charge(key);
      return bench.charge(key);
    },
  },
  { code: "upstream_unreachable", options: dead, walk: async (bench) => bench.charge(await bench.issue()) },
  {
    code: "upstream_unreachable",
    options: dead,
    walk: async (bench) => bench.post(await bench.issue(), "/v1/refunds", { charge: "ch_1" }),
  },
  {
    code: "upstream_unreachable",
    async walk(bench) {
      bench.sandbox.fail({ kind: "reset_after_effect" });
      return bench.charge(await bench.issue());
    },
  },
  {
    code: "upstream_timeout",
    options: () => ({ config: { limits: { upstream_timeout_ms: 100 } } }),
    async walk(bench) {
      bench.sandbox.fail({ kind: "hang_after_effect" });
      return bench.charge(await bench.issue());
    },
  },
  {
    code: "store_unavailable",
    options: () => ({
      wrapStore: (store) => ({ ...store, reserve: () => Promise.reject(new Error("store down")) }),
    }),
    walk: async (bench) => bench.charge(await bench.issue()),
  },
  {
    code: "internal_error",
    options: () => ({
      wrapStore: (store) => ({
        ...store,
        // An answer that no store should give: the pipeline must fail closed on it.
        reserve: () => Promise.resolve(Object.create(null)),
      }),
    }),
    walk: async (bench) => bench.charge(await bench.issue()),
  },
];

describe("no credential shows at", () => {
  it.each(walks)("$code", async ({ code, options, walk }) => {
    const bench = await startForTest(await options?.());
    expect((await walk(bench)).headers["x-keybrake-code"]).toBe(code);
  });
});

const base64 = Buffer.from(LIVE_SECRET).toString("base64");

describe("a vendor that echoes the credential", () => {
  it.each([
    ["in an error", 401, `{"error":{"message":"Invalid API Key: ${LIVE_SECRET}"}}`],
    ["in a success", 200, `{"key":"${LIVE_SECRET}","again":"${LIVE_SECRET}"}`],
    ["in Base64", 400, `{"authorization":"Basic ${base64}"}`],
    ["in Base64 with a colon", 400, Buffer.from(`${LIVE_SECRET}:`).toString("base64")],
    ["in HTML", 502, `<html>Bearer ${LIVE_SECRET}</html>`],
  ])("%s is masked, and nothing else changes", async (_name, status, body) => {
    const vendor = await startVendor((_call, response) =>
      response
        .writeHead(status, {
          "x-echo": `Bearer ${LIVE_SECRET}`,
          "x-list": [LIVE_SECRET, "plain"],
          "x-basic": base64,
        })
        .end(body),
    );
    const bench = await startForTest({ stripe: { upstream: vendor.url } });
    const answer = await bench.charge(await bench.issue());
    expect(answer.status).toBe(status);
    expect(answer.text).toHaveLength(body.length);
    expect(answer.text).toContain("****");
    expect(answer.headers["x-echo"]).toBe(`Bearer ${"*".repeat(LIVE_SECRET.length)}`);
  });

  it("in pieces, at every border, is masked as well", async () => {
    const body = `{"error":"no ${LIVE_SECRET}!"}`;
    const from = body.indexOf(LIVE_SECRET);
    let split = 0;
    const vendor = await startRawVendor((socket) => {
      socket.setNoDelay(true);
      socket.write(`HTTP/1.1 400 Bad\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`);
      socket.write(body.slice(0, split));
      setTimeout(() => socket.end(body.slice(split)), 15);
    });
    const bench = await startForTest({ stripe: { upstream: vendor.url } });
    const key = await bench.issue();
    for (split = from; split <= from + LIVE_SECRET.length; split++) {
      const answer = await bench.charge(key);
      expect(answer.text).toBe(body.replace(LIVE_SECRET, "*".repeat(LIVE_SECRET.length)));
    }
  });

  it("byte by byte is masked as well", async () => {
    const body = `${LIVE_SECRET.slice(0, 5)}${LIVE_SECRET}${LIVE_SECRET.slice(0, 8)}`;
    const vendor = await startRawVendor((socket) => {
      socket.setNoDelay(true);
      socket.write("HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
      let at = 0;
      const timer = setInterval(() => {
        const byte = body[at++];
        if (byte !== undefined) return void socket.write(`1\r\n${byte}\r\n`);
        clearInterval(timer);
        socket.end("0\r\n\r\n");
      }, 1);
    });
    const bench = await startForTest({ stripe: { upstream: vendor.url } });
    const { token } = await bench.issue();
    const answer = await bench.send("GET", "/stripe/v1/x", { headers: { authorization: `Bearer ${token}` } });
    expect(answer.text).toBe(body.replace(LIVE_SECRET, "*".repeat(LIVE_SECRET.length)));
  });

  it("as the id of its request keeps it out of the audit", async () => {
    const vendor = await startVendor((_call, response) =>
      response.writeHead(200, { "request-id": LIVE_SECRET }).end("{}"),
    );
    const bench = await startForTest({ stripe: { upstream: vendor.url } });
    await bench.charge(await bench.issue());
    expect(await bench.audit()).toHaveLength(1);
  });
});

it("sends the vendor neither cookies nor where the caller is, nor the caller's credential in any header", async () => {
  const vendor = await startVendor((_call, response) =>
    response
      .writeHead(200, { "set-cookie": "a=b", "keybrake-cost-usd": "0.00", "x-keybrake-code": "fake" })
      .end("{}"),
  );
  const bench = await startForTest({ stripe: { upstream: vendor.url } });
  const { token } = await bench.issue();
  const answer = await bench.send("GET", "/stripe/v1/charges", {
    headers: {
      authorization: `Bearer ${token}`,
      cookie: "session=1",
      "x-forwarded-for": "10.0.0.1",
      "x-forwarded-host": "evil",
      forwarded: "for=10.0.0.1",
      via: "1.1 x",
      "x-real-ip": "10.0.0.1",
      "proxy-authorization": "Basic abc",
      "x-http-method-override": "DELETE",
      "x-original-url": "/v1/payouts",
      te: "trailers",
      "accept-encoding": "gzip",
      "keybrake-debug": "1",
      "stripe-version": "2026-10-28.endive",
      "user-agent": "agent/1",
      accept: "application/json",
    },
  });
  const sent = vendor.calls[0]?.headers ?? {};
  expect(sent.authorization).toBe(`Bearer ${LIVE_SECRET}`);
  expect(Object.keys(sent).sort()).toEqual(
    [
      "accept",
      "accept-encoding",
      "authorization",
      "connection",
      "host",
      "stripe-version",
      "user-agent",
    ].sort(),
  );
  expect(sent["accept-encoding"]).toBe("identity");
  expect(answer.headers).not.toHaveProperty("set-cookie");
  expect(answer.headers).not.toHaveProperty("x-keybrake-code");
});
