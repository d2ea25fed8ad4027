import { describe, expect, test } from "vitest";
import { startForTest } from "./testing/start-for-test.ts";

const product = "prod_1";
const success_url = "https://example.com/done";

describe("Checkout Sessions and Payment Links", () => {
  test("stand for the most that their payer can choose", async () => {
    const { stripe, sandbox } = await startForTest();
    const shirt = await stripe.prices.create({ product, currency: "usd", unit_amount: 2000 });
    const gift = await stripe.prices.create({
      product,
      currency: "usd",
      custom_unit_amount: { enabled: true, maximum: 5000 },
    });
    expect(await stripe.prices.retrieve(shirt.id)).toEqual(shirt);
    const session = await stripe.checkout.sessions.create({
      mode: "payment",
      success_url,
      line_items: [
        { price: shirt.id, quantity: 1, adjustable_quantity: { enabled: true } },
        { price: gift.id, quantity: 1 },
      ],
    });
    expect(session).toMatchObject({ amount_total: 2000, currency: "usd", status: "open" });
    expect(sandbox.ledger().grossMinor).toEqual({ usd: 99 * 2000 + 5000 });
    expect((await stripe.checkout.sessions.expire(session.id)).status).toBe("expired");
    sandbox.reset();
    const again = await stripe.prices.create({ product, currency: "usd", unit_amount: 2000 });
    await stripe.paymentLinks.create({
      line_items: [{ price: again.id, quantity: 1 }],
      restrictions: { completed_sessions: { limit: 3 } },
    });
    expect(sandbox.ledger().grossMinor).toEqual({ usd: 6000 });
  });

  test("refuse a price that isn't there, and a recurring one in a payment", async () => {
    const { stripe } = await startForTest();
    const monthly = await stripe.prices.create({
      product,
      currency: "usd",
      unit_amount: 900,
      recurring: { interval: "month" },
    });
    const create = (price: string): Promise<unknown> =>
      stripe.checkout.sessions.create({ mode: "payment", success_url, line_items: [{ price, quantity: 1 }] });
    await expect(create("price_gone")).rejects.toMatchObject({ code: "resource_missing" });
    await expect(create(monthly.id)).rejects.toMatchObject({ statusCode: 400 });
    await expect(stripe.prices.create({ product, currency: "usd" })).rejects.toMatchObject({
      statusCode: 400,
    });
  });
});

describe("invoices", () => {
  test("take their customer's pending items, which count once", async () => {
    const { stripe, sandbox } = await startForTest();
    const { id: customer } = await stripe.customers.create({ name: "Ada" });
    await stripe.invoiceItems.create({ customer, amount: 4000, currency: "usd" });
    await stripe.invoiceItems.create({ customer, amount: -500, currency: "usd" });
    const invoice = await stripe.invoices.create({ customer, auto_advance: false });
    expect(invoice).toMatchObject({ amount_due: 3500, status: "draft" });
    expect((await stripe.invoices.finalizeInvoice(invoice.id)).status).toBe("open");
    await expect(stripe.invoices.finalizeInvoice(invoice.id)).rejects.toMatchObject({ statusCode: 400 });
    const paid = await stripe.invoices.pay(invoice.id);
    expect(paid).toMatchObject({ amount_paid: 3500, amount_remaining: 0, status: "paid" });
    expect(sandbox.ledger().grossMinor).toEqual({ usd: 4000 });
    expect((await stripe.invoices.create({ customer })).amount_due).toBe(0);
  });

  test("a subscription's first one is previewed, made, and paid", async () => {
    const { stripe, sandbox } = await startForTest();
    const { id: customer } = await stripe.customers.create({ name: "Ada" });
    const recurring = { interval: "month" } as const;
    const seat = await stripe.prices.create({ product, currency: "usd", unit_amount: 1000, recurring });
    const items = [{ price: seat.id, quantity: 3 }];
    const preview = await stripe.invoices.createPreview({ customer, subscription_details: { items } });
    expect(preview.amount_due).toBe(3000);
    expect(sandbox.ledger().entries).toEqual([]);
    const subscription = await stripe.subscriptions.create({ customer, items, expand: ["latest_invoice"] });
    expect(subscription.latest_invoice).toMatchObject({ amount_due: 3000, status: "paid" });
    expect(sandbox.ledger().grossMinor).toEqual({ usd: 3000 });
    expect((await stripe.subscriptions.cancel(subscription.id)).status).toBe("canceled");
    await expect(stripe.subscriptions.cancel(subscription.id)).rejects.toMatchObject({ statusCode: 400 });
  });
});
