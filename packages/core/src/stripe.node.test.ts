import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Stripe from "stripe";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type ApiServer, startApiServer } from "../test-support/api-server.ts";
import { SECRET } from "../test-support/fake-api.ts";
import { createKeybrake, isCapExhausted, type VaultKey, VaultKeyUnavailableError } from "./index.ts";
import { ERROR_STATUS, type ErrorCode } from "./protocol.ts";
import { stripeOptions } from "./stripe.ts";

let api: ApiServer;
let key: VaultKey;

beforeEach(async () => {
  api = await startApiServer({ id: "pi_1", object: "payment_intent" });
  key = await api.issue("stripe");
});

afterEach(() => api[Symbol.asyncDispose]());

const charge = (stripe: Stripe): Promise<unknown> =>
  stripe.paymentIntents.create({ amount: 2000, currency: "usd" }).catch((error: unknown) => error);

it("goes through the proxy with the vault key, and nothing else changes", async () => {
  const stripe = new Stripe(key.token, stripeOptions(key, Stripe));
  expect(await charge(stripe)).toMatchObject({ id: "pi_1" });
  await stripe.paymentIntents.list({ limit: 3 });
  const [create, list] = api.seen;
  expect([create?.method, create?.url, create?.body]).toEqual([
    "POST",
    "/stripe/v1/payment_intents",
    "amount=2000&currency=usd",
  ]);
  expect(create?.headers.authorization).toBe(`Bearer ${SECRET}`);
  expect(create?.headers["idempotency-key"]).toMatch(/^stripe-node-retry-/);
  expect(create?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
  expect(list?.url).toBe("/stripe/v1/payment_intents?limit=3");
  expect(list?.headers).not.toHaveProperty("x-stripe-client-telemetry");
});

it("has a spent cap raised as StripeRateLimitError, after one attempt, and knows it", async () => {
  api.refuse = "cap_exhausted";
  const stripe = new Stripe(key.token, { ...stripeOptions(key, Stripe), maxNetworkRetries: 5 });
  const error = await charge(stripe);
  expect(error).toBeInstanceOf(Stripe.errors.StripeRateLimitError);
  expect(error).toMatchObject({
    code: "cap_exhausted",
    statusCode: 429,
    requestId: "req_1",
    message: "refused: cap_exhausted",
  });
  expect(isCapExhausted(error)).toBe(true);
  expect(api.seen).toHaveLength(1);
});

it.each(Object.entries(ERROR_STATUS) as [ErrorCode, number][])(
  "never takes %s for success, and never hammers",
  async (code, status) => {
    api.refuse = code;
    const error = await charge(new Stripe(key.token, stripeOptions(key, Stripe)));
    expect(error).toBeInstanceOf(Stripe.errors.StripeError);
    expect(error).toMatchObject({ code, statusCode: status });
    expect(isCapExhausted(error)).toBe(code === "cap_exhausted");
    expect(api.seen).toHaveLength(1);
  },
);

it("refuses a version of the SDK that would send the vault key to the vendor", () => {
  expect(() => stripeOptions(key, class {} as unknown as typeof Stripe)).toThrow(
    /installed version of stripe/,
  );
});

it("is unavailable, over real connections too, where nobody listens or answers", async () => {
  const policy = { label: "agent/7", vendor: "stripe", uncapped: true } as const;
  const retry = { attempts: 1, delayMs: 1 };
  const nobody = createKeybrake({ token: "kb", apiUrl: "http://127.0.0.1:1", retry });
  await expect(nobody.issue(policy)).rejects.toBeInstanceOf(VaultKeyUnavailableError);

  const silent = createServer(() => {});
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  const apiUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const patient = createKeybrake({ token: "kb", apiUrl, retry, timeoutMs: 30 });
  await expect(patient.issue(policy)).rejects.toBeInstanceOf(VaultKeyUnavailableError);
  silent.closeAllConnections();
  silent.close();
});
