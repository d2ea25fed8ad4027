import { describe, expect, test } from "vitest";
import type { Answer, VendorRequest } from "../vendor.ts";
import { answerUnderKey, type IdempotencyKeys } from "./idempotency.ts";
import { createClient, startForTest } from "./testing/start-for-test.ts";

const form = "amount=2000&currency=usd&source=tok_visa";
const keyed = { "idempotency-key": "order-1" };

describe("the same key", () => {
  test("with the same call replays its result", async () => {
    const { post, sandbox } = await startForTest();
    const first = await post("/v1/charges", form, keyed);
    const second = await post("/v1/charges", "currency=usd&amount=2000&source=tok_visa", keyed);
    expect(await second.text()).toBe(await first.text());
    expect(first.headers.get("idempotent-replayed")).toBeNull();
    expect(second.headers.get("idempotent-replayed")).toBe("true");
    expect(second.headers.get("original-request")).toBe(first.headers.get("request-id"));
    expect(sandbox.ledger()).toMatchObject({
      entries: [{ idempotencyKey: "order-1" }],
      grossMinor: { usd: 2000 },
      executedCalls: 1,
    });
  });

  test("replays a decline", async () => {
    const { post, stripe } = await startForTest();
    const declined = form.replace("tok_visa", "tok_chargeDeclined");
    await post("/v1/charges", declined, keyed);
    const again = await post("/v1/charges", declined, keyed);
    expect(again.status).toBe(402);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect((await stripe.charges.list()).data).toHaveLength(1);
  });

  test.each(["status", "status_after_effect"] as const)("replays a 500 (%s)", async (kind) => {
    const { post, sandbox } = await startForTest();
    sandbox.fail({ kind, status: 500 });
    expect((await post("/v1/charges", form, keyed)).status).toBe(500);
    const again = await post("/v1/charges", form, keyed);
    expect(again.status).toBe(500);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(sandbox.ledger().executedCalls).toBe(kind === "status" ? 0 : 1);
  });

  test.each([400, 401, 429])("does not keep a %i that came before the work", async (status) => {
    const { post, sandbox } = await startForTest();
    sandbox.fail({ kind: "status", status });
    expect((await post("/v1/charges", form, keyed)).status).toBe(status);
    const again = await post("/v1/charges", form, keyed);
    expect(again.status).toBe(200);
    expect(again.headers.get("idempotent-replayed")).toBeNull();
  });

  test("does not keep a validation error or a wrong credential", async () => {
    const { post } = await startForTest();
    expect((await post("/v1/charges", "amount=x&currency=usd", keyed)).status).toBe(400);
    expect((await post("/v1/charges", form, { ...keyed, authorization: "Bearer wrong" })).status).toBe(401);
    expect((await post("/v1/charges", form, keyed)).status).toBe(200);
  });

  test("with another call is an idempotency error", async () => {
    const { stripe, sandbox } = await startForTest();
    const options = { idempotencyKey: "order-1" };
    await stripe.charges.create({ amount: 2000, currency: "usd", source: "tok_visa" }, options);
    const error = { type: "StripeIdempotencyError", statusCode: 400 };
    await expect(
      stripe.charges.create({ amount: 5000, currency: "usd", source: "tok_visa" }, options),
    ).rejects.toMatchObject(error);
    await expect(
      stripe.paymentIntents.create({ amount: 2000, currency: "usd" }, options),
    ).rejects.toMatchObject(error);
    expect(sandbox.ledger().executedCalls).toBe(1);
  });

  test("belongs to one secret key", async () => {
    const { stripe, sandbox } = await startForTest();
    const params = { amount: 2000, currency: "usd", source: "tok_visa" };
    const options = { idempotencyKey: "order-1" };
    const live = await stripe.charges.create(params, options);
    const rehearsal = await createClient(sandbox, sandbox.testSecretKey).charges.create(params, options);
    expect(rehearsal.id).not.toBe(live.id);
  });

  test("a day later does the work again", async () => {
    let nowMs = Date.UTC(2026, 0, 1);
    const { post, sandbox } = await startForTest({ now: () => nowMs });
    await post("/v1/charges", form, keyed);
    nowMs += 24 * 60 * 60 * 1000 - 1;
    expect((await post("/v1/charges", form, keyed)).headers.get("idempotent-replayed")).toBe("true");
    nowMs += 1;
    expect((await post("/v1/charges", form, keyed)).headers.get("idempotent-replayed")).toBeNull();
    expect(sandbox.ledger().grossMinor).toEqual({ usd: 4000 });
  });

  test("many times at once does the work once", async () => {
    const { post, sandbox } = await startForTest({ latencyMs: 20 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => post("/v1/charges", form, keyed)));
    expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
    expect(sandbox.ledger().grossMinor).toEqual({ usd: 2000 });
  });

  test("under way is a conflict, until the first call is through", async () => {
    const keys: IdempotencyKeys = new Map();
    const request: VendorRequest = {
      method: "POST",
      path: "/v1/charges",
      query: "",
      headers: {},
      body: form,
    };
    const call = { key: "order-1", request, requestId: "req_1", nowMs: 0 };
    let finish: (answer: Answer) => void = () => {};
    const work = new Promise<Answer>((resolve) => {
      finish = resolve;
    });
    const first = answerUnderKey(keys, call, () => work);
    await expect(answerUnderKey(keys, call, () => work)).rejects.toMatchObject({
      status: 409,
      fields: { code: "idempotency_key_in_use" },
    });
    finish({ status: 200, headers: {}, body: "{}", replayable: true });
    expect((await first).headers).toEqual({});
    expect((await answerUnderKey(keys, call, () => work)).headers).toMatchObject({
      "Idempotent-Replayed": "true",
    });
  });
});
