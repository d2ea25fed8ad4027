import {
  ACME_SECRET,
  KEYBRAKE_TOKEN,
  LIVE_SECRET,
  OTHER_SECRET,
  type TestBench,
  type TestOptions,
  TWO_ACCOUNTS,
} from "./start-for-test.ts";
import { findDeadUrl } from "./start-vendor.ts";

/** A way to each refusal the proxy can give, with credentials wherever a caller might put them. */
export interface Walk {
  code: string;
  options?: () => TestOptions | Promise<TestOptions>;
  walk(bench: TestBench): Promise<{ headers: Record<string, unknown> }>;
}

const dead = async (): Promise<TestOptions> => ({ stripe: { upstream: await findDeadUrl() } });

export const refusalWalks: Walk[] = [
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
    walk: async (bench) =>
      bench.post(await bench.issue({ daily_usd_cap: 100 }), "/v1/charges", { amount: LIVE_SECRET }),
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
    code: "insufficient_role",
    options: () => ({ config: { tokens: [{ name: "reader", role: "read", token: KEYBRAKE_TOKEN }] } }),
    walk: (bench) => bench.control("POST", "/v1/keys", { label: "a", vendor: "stripe" }),
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
    walk: async (bench) =>
      bench.post(await bench.issue({ daily_usd_cap: 1 }), "/v1/payment_links", { quantity: 1 }),
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
    code: "account_not_allowed",
    options: () => TWO_ACCOUNTS,
    walk: async (bench) => bench.charge(await bench.issue(), 1, { "stripe-account": OTHER_SECRET }),
  },
  {
    code: "invalid_policy",
    options: () => TWO_ACCOUNTS,
    walk: (bench) =>
      bench.control("POST", "/v1/keys", { label: ACME_SECRET, vendor: "stripe", mode: "test" }),
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
  {
    code: "key_frozen",
    async walk(bench) {
      const key = await bench.issue();
      await bench.control("PATCH", `/v1/keys/${key.id}`, { frozen: true });
      return bench.charge(key);
    },
  },
  {
    code: "key_ended",
    async walk(bench) {
      const key = await bench.issue();
      await bench.control("DELETE", `/v1/keys/${key.id}`);
      return bench.control("PATCH", `/v1/keys/${key.id}`, { frozen: true });
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
