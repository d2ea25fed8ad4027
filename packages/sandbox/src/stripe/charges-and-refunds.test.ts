import { describe, expect, test } from "vitest";
import { startForTest } from "./testing/start-for-test.ts";

const charge20 = { amount: 2000, currency: "usd", source: "tok_visa" };

describe("charges", () => {
  test("are made with a token or a customer, and read back", async () => {
    const { stripe } = await startForTest();
    const charge = await stripe.charges.create({ ...charge20, metadata: { order: "1" } });
    expect(charge).toMatchObject({
      amount: 2000,
      amount_captured: 2000,
      captured: true,
      paid: true,
      status: "succeeded",
      metadata: { order: "1" },
    });
    const customer = await stripe.customers.create({ name: "Ada" });
    const second = await stripe.charges.create({ amount: 500, currency: "EUR", customer: customer.id });
    expect(second).toMatchObject({ currency: "eur", customer: customer.id });
    expect(await stripe.charges.retrieve(charge.id)).toEqual(charge);
    const { data } = await stripe.charges.list({ customer: customer.id });
    expect(data.map(({ id }) => id)).toEqual([second.id]);
    await expect(stripe.charges.create({ amount: 1, currency: "usd" })).rejects.toMatchObject({
      statusCode: 400,
    });
  });

  test("are authorized first and captured once", async () => {
    const { stripe } = await startForTest();
    const { id } = await stripe.charges.create({ ...charge20, capture: false });
    await expect(stripe.charges.capture(id, { amount: 2001 })).rejects.toMatchObject({
      code: "amount_too_large",
    });
    expect(await stripe.charges.capture(id, { amount: 1500 })).toMatchObject({
      captured: true,
      amount_captured: 1500,
    });
    await expect(stripe.charges.capture(id)).rejects.toMatchObject({ code: "charge_already_captured" });
  });

  test.each([
    ["tok_chargeDeclined", "card_declined", "generic_decline"],
    ["tok_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"],
    ["tok_chargeDeclinedExpiredCard", "expired_card", ""],
    ["tok_threeDSecure2Required", "authentication_required", "authentication_required"],
  ])("%s is a 402 that leaves a failed charge", async (source, code, declineCode) => {
    const { stripe, sandbox } = await startForTest();
    await expect(stripe.charges.create({ ...charge20, source })).rejects.toMatchObject({
      statusCode: 402,
      code,
      decline_code: declineCode,
    });
    expect((await stripe.charges.list()).data).toMatchObject([{ status: "failed", paid: false }]);
    expect(sandbox.ledger()).toEqual({ entries: [], grossMinor: {}, grossMicroUsd: 0, executedCalls: 0 });
  });
});

describe("refunds", () => {
  test("take a part, then the rest, then nothing more", async () => {
    const { stripe } = await startForTest();
    const charge = await stripe.charges.create(charge20);
    const part = await stripe.refunds.create({ charge: charge.id, amount: 500, reason: "duplicate" });
    expect(part).toMatchObject({ amount: 500, currency: "usd", status: "succeeded", charge: charge.id });
    await expect(stripe.refunds.create({ charge: charge.id, amount: 1501 })).rejects.toThrow(
      "greater than unrefunded amount on charge",
    );
    expect(await stripe.refunds.create({ charge: charge.id })).toMatchObject({ amount: 1500 });
    await expect(stripe.refunds.create({ charge: charge.id })).rejects.toMatchObject({
      code: "charge_already_refunded",
    });
    expect(await stripe.charges.retrieve(charge.id)).toMatchObject({ amount_refunded: 2000, refunded: true });
    expect(await stripe.refunds.retrieve(part.id)).toEqual(part);
    expect((await stripe.refunds.list({ charge: charge.id })).data).toHaveLength(2);
  });

  test("find the charge of a payment intent", async () => {
    const { stripe } = await startForTest();
    const { id } = await stripe.paymentIntents.create({ amount: 700, currency: "jpy" });
    await expect(stripe.refunds.create({ payment_intent: id })).rejects.toThrow(
      "successful charge to refund",
    );
    const paid = await stripe.paymentIntents.confirm(id, { payment_method: "pm_card_visa" });
    expect(await stripe.refunds.create({ payment_intent: id })).toMatchObject({
      amount: 700,
      currency: "jpy",
      payment_intent: id,
      charge: paid.latest_charge,
    });
  });

  test("of an uncaptured charge release it whole", async () => {
    const { stripe } = await startForTest();
    const { id } = await stripe.charges.create({ ...charge20, capture: false });
    await expect(stripe.refunds.create({ charge: id, amount: 1 })).rejects.toThrow("partially refund");
    await stripe.refunds.create({ charge: id });
    await expect(stripe.charges.capture(id)).rejects.toMatchObject({ code: "charge_already_refunded" });
  });

  test("need something to refund", async () => {
    const { stripe } = await startForTest();
    await expect(stripe.refunds.create({})).rejects.toThrow("payment_intent or charge");
    await expect(stripe.refunds.create({ charge: "ch_none" })).rejects.toMatchObject({
      code: "resource_missing",
    });
  });
});

test("the balance is what was captured less what went back", async () => {
  const { stripe } = await startForTest();
  expect((await stripe.balance.retrieve()).available).toMatchObject([{ amount: 0, currency: "usd" }]);
  const charge = await stripe.charges.create(charge20);
  await stripe.refunds.create({ charge: charge.id, amount: 500 });
  const authorized = await stripe.charges.create({ ...charge20, capture: false });
  await stripe.charges.capture(authorized.id, { amount: 100 });
  expect((await stripe.balance.retrieve()).available).toMatchObject([{ amount: 1600, currency: "usd" }]);
});

test("customers live, change, keep a balance and are deleted", async () => {
  const { stripe, sandbox } = await startForTest();
  const { id } = await stripe.customers.create({ email: "a@example.com", source: "tok_chargeDeclined" });
  expect(await stripe.customers.update(id, { balance: -5000, metadata: { tier: "gold" } })).toMatchObject({
    balance: -5000,
    email: "a@example.com",
    metadata: { tier: "gold" },
  });
  await expect(stripe.charges.create({ amount: 1, currency: "usd", customer: id })).rejects.toMatchObject({
    statusCode: 402,
  });
  expect((await stripe.customers.list({ email: "a@example.com" })).data).toHaveLength(1);
  expect(await stripe.customers.del(id)).toEqual(
    expect.objectContaining({ id, object: "customer", deleted: true }),
  );
  expect(await stripe.customers.retrieve(id)).toMatchObject({ deleted: true });
  await expect(stripe.customers.update(id, { name: "gone" })).rejects.toMatchObject({ statusCode: 404 });
  expect(sandbox.ledger()).toMatchObject({ grossMinor: { usd: 5000 }, executedCalls: 3 });
});
