import { describe, expect, test } from "vitest";
import { startForTest } from "./testing/start-for-test.ts";

const usd20 = { amount: 2000, currency: "usd" };

describe("a payment intent", () => {
  test("is created, confirmed and read back", async () => {
    const { stripe } = await startForTest();
    const created = await stripe.paymentIntents.create({ ...usd20, metadata: { order: "42" } });
    expect(created).toMatchObject({
      object: "payment_intent",
      amount: 2000,
      amount_received: 0,
      status: "requires_payment_method",
      latest_charge: null,
      livemode: true,
      metadata: { order: "42" },
    });
    expect(created.client_secret).toContain(`${created.id}_secret_`);

    const paid = await stripe.paymentIntents.confirm(created.id, { payment_method: "pm_card_visa" });
    expect(paid).toMatchObject({ status: "succeeded", amount_received: 2000, amount_capturable: 0 });
    expect(await stripe.paymentIntents.retrieve(created.id)).toMatchObject({ status: "succeeded" });
    const expanded = await stripe.paymentIntents.retrieve(created.id, { expand: ["latest_charge"] });
    expect(expanded.latest_charge).toMatchObject({ id: paid.latest_charge, paid: true, captured: true });
  });

  test("confirmed at creation waits for a payment method unless there would be one", async () => {
    const { stripe } = await startForTest();
    const confirm = { ...usd20, confirm: true };
    const customer = await stripe.customers.create({ email: "a@example.com" });
    const statuses = await Promise.all([
      stripe.paymentIntents.create(confirm),
      stripe.paymentIntents.create({ ...confirm, payment_method: "pm_card_mastercard" }),
      stripe.paymentIntents.create({ ...confirm, customer: customer.id }),
      stripe.paymentIntents.create({ ...confirm, automatic_payment_methods: { enabled: true } }),
      stripe.paymentIntents.create({ ...confirm, payment_method: "pm_card_authenticationRequired" }),
    ]);
    expect(statuses.map((intent) => intent.status)).toEqual([
      "requires_payment_method",
      "succeeded",
      "succeeded",
      "succeeded",
      "requires_action",
    ]);
  });

  test("without a payment method can't be confirmed", async () => {
    const { stripe } = await startForTest();
    const { id } = await stripe.paymentIntents.create(usd20);
    await expect(stripe.paymentIntents.confirm(id)).rejects.toMatchObject({
      statusCode: 400,
      code: "payment_intent_unexpected_state",
      payment_intent: { id },
    });
  });

  test("is authorized, raised and captured in part", async () => {
    const { stripe } = await startForTest();
    const { id } = await stripe.paymentIntents.create({
      ...usd20,
      capture_method: "manual",
      confirm: true,
      payment_method: "pm_card_visa",
    });
    expect(await stripe.paymentIntents.retrieve(id)).toMatchObject({
      status: "requires_capture",
      amount_capturable: 2000,
      amount_received: 0,
    });
    expect(await stripe.paymentIntents.incrementAuthorization(id, { amount: 3000 })).toMatchObject({
      amount: 3000,
      amount_capturable: 3000,
    });
    await expect(stripe.paymentIntents.capture(id, { amount_to_capture: 3001 })).rejects.toMatchObject({
      code: "amount_too_large",
    });
    const captured = await stripe.paymentIntents.capture(id, {
      amount_to_capture: 1500,
      expand: ["latest_charge"],
    });
    expect(captured).toMatchObject({ status: "succeeded", amount: 3000, amount_received: 1500 });
    expect(captured.latest_charge).toMatchObject({
      amount: 3000,
      amount_captured: 1500,
      amount_refunded: 1500,
    });
  });

  test("is updated until it is paid; canceled where it is not", async () => {
    const { stripe } = await startForTest();
    const { id } = await stripe.paymentIntents.create({ ...usd20, metadata: { a: "1", b: "2" } });
    expect(await stripe.paymentIntents.update(id, { amount: 5000, metadata: { a: "" } })).toMatchObject({
      amount: 5000,
      metadata: { b: "2" },
    });
    expect(await stripe.paymentIntents.cancel(id, { cancellation_reason: "abandoned" })).toMatchObject({
      status: "canceled",
      cancellation_reason: "abandoned",
    });
    const state = { code: "payment_intent_unexpected_state" };
    await expect(stripe.paymentIntents.cancel(id)).rejects.toMatchObject(state);
    await expect(stripe.paymentIntents.capture(id)).rejects.toMatchObject(state);
    await expect(stripe.paymentIntents.update(id, { amount: 1 })).rejects.toMatchObject(state);
    await expect(stripe.paymentIntents.incrementAuthorization(id, { amount: 9000 })).rejects.toMatchObject(
      state,
    );
    await expect(stripe.paymentIntents.confirm(id, { payment_method: "pm_card_visa" })).rejects.toMatchObject(
      state,
    );
  });

  test("canceled after its authorization leaves nothing to refund", async () => {
    const { stripe } = await startForTest();
    const { id } = await stripe.paymentIntents.create({
      ...usd20,
      capture_method: "manual",
      confirm: true,
      payment_method: "pm_card_visa",
    });
    await expect(stripe.refunds.create({ payment_intent: id })).rejects.toThrow(
      "successful charge to refund",
    );
    await stripe.paymentIntents.cancel(id);
    await expect(stripe.refunds.create({ payment_intent: id })).rejects.toMatchObject({
      code: "charge_already_refunded",
    });
  });

  test.each([
    ["pm_card_chargeDeclined", "generic_decline"],
    ["pm_card_visa_chargeDeclined", "generic_decline"],
    ["pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds"],
    ["pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds"],
  ])("%s is declined, and stays open for another card", async (paymentMethod, declineCode) => {
    const { stripe } = await startForTest();
    const { id } = await stripe.paymentIntents.create(usd20);
    await expect(stripe.paymentIntents.confirm(id, { payment_method: paymentMethod })).rejects.toMatchObject({
      type: "StripeCardError",
      statusCode: 402,
      code: "card_declined",
      decline_code: declineCode,
      payment_intent: { id, status: "requires_payment_method" },
    });
    const declined = await stripe.paymentIntents.retrieve(id, { expand: ["latest_charge"] });
    expect(declined).toMatchObject({
      status: "requires_payment_method",
      last_payment_error: { decline_code: declineCode },
      latest_charge: { status: "failed", paid: false },
    });
    const paid = await stripe.paymentIntents.confirm(id, { payment_method: "pm_card_visa" });
    expect(paid).toMatchObject({ status: "succeeded", last_payment_error: null });
  });

  test("is listed newest first, page by page", async () => {
    const { stripe } = await startForTest();
    const ids: string[] = [];
    for (let n = 1; n <= 5; n += 1) {
      ids.unshift((await stripe.paymentIntents.create({ ...usd20, amount: n })).id);
    }
    const first = await stripe.paymentIntents.list({ limit: 2 });
    expect(first).toMatchObject({ has_more: true, url: "/v1/payment_intents" });
    expect(first.data.map((intent) => intent.id)).toEqual(ids.slice(0, 2));
    const last = await stripe.paymentIntents.list({ limit: 3, starting_after: ids[1] ?? "" });
    expect(last.has_more).toBe(false);
    const all = await stripe.paymentIntents.list({ limit: 2 }).autoPagingToArray({ limit: 100 });
    expect(all.map((intent) => intent.id)).toEqual(ids);
  });

  test("that does not exist is a 404, and a payment method that does not is a 400", async () => {
    const { stripe } = await startForTest();
    await expect(stripe.paymentIntents.retrieve("pi_none")).rejects.toMatchObject({
      statusCode: 404,
      code: "resource_missing",
      message: "No such payment_intent: 'pi_none'",
    });
    await expect(stripe.paymentIntents.create({ ...usd20, payment_method: "pm_none" })).rejects.toMatchObject(
      {
        statusCode: 400,
        param: "payment_method",
      },
    );
    await expect(stripe.paymentIntents.create({ ...usd20, customer: "cus_none" })).rejects.toMatchObject({
      statusCode: 400,
      message: "No such customer: 'cus_none'",
    });
  });
});
