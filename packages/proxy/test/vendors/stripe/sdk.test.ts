import { isCapExhausted } from "@keybrake/core";
import Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { startForTest, type TestBench } from "../../../test-support/start-for-test.ts";

/** What the fake Stripe was asked to do, look-ups and all. */
const listSent = (bench: TestBench): string[] =>
  bench.sandbox.requests().map(({ method, path }) => `${method} ${path.replace(/pi_\w+/, "pi")}`);

describe("the SDK, on one key under a cap with no room to spare", () => {
  it("takes an intent through its whole life, and counts it once", async () => {
    const bench = await startForTest();
    const key = await bench.issue({ daily_usd_cap: 30 });
    const stripe = bench.stripe(key);
    const { id } = await stripe.paymentIntents.create({
      amount: 2000,
      currency: "usd",
      capture_method: "manual",
      payment_method: "pm_card_visa",
    });
    expect(await bench.spend(key)).toMatchObject({ total_usd: 20, remaining_usd: 10 });
    await stripe.paymentIntents.update(id, { metadata: { order: "7" } });
    await stripe.paymentIntents.update(id, { amount: 3000 });
    expect(await bench.spend(key)).toMatchObject({ total_usd: 30, remaining_usd: 0 });
    const confirmed = await stripe.paymentIntents.confirm(id);
    expect(confirmed.status).toBe("requires_capture");
    const captured = await stripe.paymentIntents.capture(id, { amount_to_capture: 2500 });
    expect(captured).toMatchObject({ status: "succeeded", amount_received: 2500 });
    expect(await bench.spend(key)).toMatchObject({ total_usd: 30, held_usd: 0, remaining_usd: 0 });
    expect(bench.sandbox.ledger().grossMinor.usd).toBeLessThanOrEqual(3000);
    // Only an amount without a currency needs a look-up.
    expect(listSent(bench)).toEqual([
      "POST /v1/payment_intents",
      "POST /v1/payment_intents/pi",
      "GET /v1/payment_intents/pi",
      "POST /v1/payment_intents/pi",
      "POST /v1/payment_intents/pi/confirm",
      "GET /v1/payment_intents/pi",
      "POST /v1/payment_intents/pi/capture",
    ]);
  });

  it("takes one through in a currency whose rate has a margin", async () => {
    const bench = await startForTest({ config: { fx: { eur: 1.1 }, fx_margin: 0.03 } });
    const key = await bench.issue({ daily_usd_cap: 22.66 });
    const stripe = bench.stripe(key);
    const { id } = await stripe.paymentIntents.create({
      amount: 2000,
      currency: "eur",
      capture_method: "manual",
      payment_method: "pm_card_visa",
    });
    await stripe.paymentIntents.confirm(id);
    await stripe.paymentIntents.capture(id, { amount_to_capture: 2000 });
    expect(await bench.spend(key)).toMatchObject({ total_usd: 22, held_usd: 0 });
  });

  it("may not raise an intent above the cap, before or after it is authorized", async () => {
    const bench = await startForTest();
    const key = await bench.issue({ daily_usd_cap: 20 });
    const stripe = bench.stripe(key);
    const { id } = await stripe.paymentIntents.create({
      amount: 2000,
      currency: "usd",
      capture_method: "manual",
      payment_method: "pm_card_visa",
      confirm: true,
      payment_method_options: { card: { request_incremental_authorization: "if_available" } },
    });
    for (const raise of [
      () => stripe.paymentIntents.update(id, { amount: 2001 }),
      () => stripe.paymentIntents.incrementAuthorization(id, { amount: 2001 }),
      () => stripe.paymentIntents.create({ amount: 1, currency: "usd" }),
    ]) {
      const error: unknown = await raise().catch((thrown: unknown) => thrown);
      expect(isCapExhausted(error)).toBe(true);
    }
    await stripe.paymentIntents.cancel(id);
    expect(await bench.spend(key)).toMatchObject({ total_usd: 20, held_usd: 0, remaining_usd: 0 });
  });

  it("takes an intent that it did not make by what Stripe shows of it", async () => {
    const bench = await startForTest();
    const { id } = await bench
      .stripe(await bench.issue())
      .paymentIntents.create({ amount: 5000, currency: "usd", payment_method: "pm_card_visa" });
    const poor = bench.stripe(await bench.issue({ daily_usd_cap: 49.99 }));
    await expect(poor.paymentIntents.confirm(id)).rejects.toMatchObject({ code: "cap_exhausted" });
    const key = await bench.issue({ daily_usd_cap: 50 });
    await bench.stripe(key).paymentIntents.confirm(id);
    expect(await bench.spend(key)).toMatchObject({ total_usd: 50, remaining_usd: 0 });
  });

  it("refunds in part, then the rest, then nothing more", async () => {
    const bench = await startForTest();
    const stripe = bench.stripe(await bench.issue());
    const { id } = await stripe.paymentIntents.create({
      amount: 2000,
      currency: "usd",
      payment_method: "pm_card_visa",
      confirm: true,
    });
    const { latest_charge: charge } = await stripe.paymentIntents.retrieve(id);
    const key = await bench.issue({ daily_usd_cap: 20 });
    const refunds = bench.stripe(key).refunds;
    await refunds.create({ charge: String(charge), amount: 500 });
    expect(await refunds.create({ charge: String(charge) })).toMatchObject({ amount: 1500 });
    expect(await bench.spend(key)).toMatchObject({ total_usd: 20, remaining_usd: 0 });
    await expect(refunds.create({ payment_intent: id })).rejects.toMatchObject({ code: "cap_exhausted" });
  });

  it("lists intents past the first page, for nothing", async () => {
    const bench = await startForTest();
    const stripe = bench.stripe(await bench.issue());
    const made: string[] = [];
    for (let index = 0; index < 5; index++) {
      made.unshift((await stripe.paymentIntents.create({ amount: 100 + index, currency: "usd" })).id);
    }
    const key = await bench.issue({ daily_usd_cap: 0 });
    const listed: string[] = [];
    for await (const { id } of bench.stripe(key).paymentIntents.list({ limit: 2 })) listed.push(id);
    expect(listed).toEqual(made);
    expect(await bench.spend(key)).toMatchObject({ total_usd: 0, calls: 3 });
  });

  it("gets typed errors, ours and Stripe's", async () => {
    const bench = await startForTest();
    const stripe = bench.stripe(await bench.issue({ daily_usd_cap: 100 }));
    const attempts: [() => Promise<unknown>, new (...values: never[]) => Error, object][] = [
      [
        () => stripe.paymentIntents.create({ amount: 10_001, currency: "usd" }),
        Stripe.errors.StripeRateLimitError,
        { code: "cap_exhausted", statusCode: 429, rawType: "keybrake_error" },
      ],
      [
        () => stripe.paymentLinks.create({ line_items: [{ price: "price_1", quantity: 1 }] }),
        Stripe.errors.StripePermissionError,
        { code: "unpriced_endpoint", statusCode: 403 },
      ],
      [
        () => stripe.subscriptions.create({ customer: "cus_1", items: [{ price: "price_1" }] }),
        Stripe.errors.StripePermissionError,
        { code: "unpriced_endpoint", statusCode: 403 },
      ],
      [
        () => stripe.paymentIntents.create({ amount: 20.5, currency: "usd" }),
        Stripe.errors.StripeInvalidRequestError,
        { code: "unreadable_amount", statusCode: 400 },
      ],
      [
        () => stripe.paymentIntents.retrieve("pi_nobody"),
        Stripe.errors.StripeInvalidRequestError,
        { code: "resource_missing", statusCode: 404 },
      ],
      [
        () => stripe.charges.create({ amount: 500, currency: "usd", source: "tok_chargeDeclined" }),
        Stripe.errors.StripeCardError,
        { code: "card_declined", statusCode: 402 },
      ],
    ];
    for (const [attempt, type, fields] of attempts) {
      const error: unknown = await attempt().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(type);
      expect(error).toMatchObject(fields);
    }
  });

  it("ends subscriptions and sends v2 payments in the shape that the proxy reads", async () => {
    const bench = await startForTest();
    const key = await bench.issue({ daily_usd_cap: 10 });
    const stripe = bench.stripe(key);
    const payment = stripe.v2.moneyManagement.outboundPayments.create({
      amount: { value: 1500, currency: "usd" },
      from: { financial_account: "fa_1", currency: "usd" },
      to: { recipient: "acct_1", payout_method: "usba_1" },
    });
    await expect(payment).rejects.toMatchObject({ code: "cap_exhausted" });
    const ended = stripe.subscriptions.cancel("sub_1", { invoice_now: true });
    await expect(ended).rejects.toMatchObject({ code: "unpriced_endpoint" });
    expect(bench.sandbox.requests()).toEqual([]);
  });
});
