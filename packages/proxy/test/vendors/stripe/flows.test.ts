import { isCapExhausted } from "@keybrake/core";
import Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { startForTest, type TestBench } from "../../../test-support/start-for-test.ts";

const DONE = "https://example.com/done";

/** The operator's own client: what the agent finds at Stripe. */
function connectOperator({ sandbox }: TestBench): Stripe {
  const { port, secretKey } = sandbox;
  return new Stripe(secretKey, { host: "127.0.0.1", port, protocol: "http", telemetry: false });
}

/** An agent under a daily cap, and prices of the operator's. */
async function startFlow(policy: object): Promise<{
  bench: TestBench;
  operator: Stripe;
  agent: Stripe;
  /** What the key has spent, and what the emulator says has moved: both in USD. */
  sums(): Promise<{ spent: number; held: number; moved: number }>;
}> {
  const bench = await startForTest();
  const key = await bench.issue(policy);
  return {
    bench,
    operator: connectOperator(bench),
    agent: bench.stripe(key, { maxNetworkRetries: 0 }),
    async sums() {
      const { total_usd: spent, held_usd: held } = await bench.spend(key);
      return { spent, held, moved: bench.grossUsdMinor() / 100 };
    },
  };
}

const product = "prod_1";

describe("Checkout by price ID", () => {
  it("refuses a session for $15,000 under a cap of $500 before Stripe creates anything", async () => {
    const { operator, agent, bench, sums } = await startFlow({ daily_usd_cap: 500 });
    const car = await operator.prices.create({ product, currency: "usd", unit_amount: 1_500_000 });
    const refusal: unknown = await agent.checkout.sessions
      .create({ mode: "payment", success_url: DONE, line_items: [{ price: car.id, quantity: 1 }] })
      .catch((error: unknown) => error);
    expect(isCapExhausted(refusal)).toBe(true);
    expect(bench.sandbox.requests().filter(({ path }) => path.startsWith("/v1/checkout"))).toEqual([]);
    expect(await sums()).toEqual({ spent: 0, held: 0, moved: 0 });
  });

  it("counts the most that the payer can choose: quantities and shipping", async () => {
    const { operator, agent, sums } = await startFlow({ daily_usd_cap: 500 });
    const shirt = await operator.prices.create({ product, currency: "usd", unit_amount: 2000 });
    const express = await operator.shippingRates.create({
      display_name: "Express",
      type: "fixed_amount",
      fixed_amount: { amount: 1500, currency: "usd" },
    });
    const session = await agent.checkout.sessions.create({
      mode: "payment",
      success_url: DONE,
      line_items: [
        { price: shirt.id, quantity: 1, adjustable_quantity: { enabled: true, maximum: 5 } },
        { price_data: { currency: "usd", unit_amount: 500, product_data: { name: "Card" } }, quantity: 2 },
      ],
      shipping_options: [
        {
          shipping_rate_data: {
            display_name: "Slow",
            type: "fixed_amount",
            fixed_amount: { amount: 500, currency: "usd" },
          },
        },
        { shipping_rate: express.id },
      ],
    });
    expect(session.amount_total).toBe(3500);
    expect(await sums()).toEqual({ spent: 125, held: 0, moved: 125 });
  });

  it("sells a recurring price only to keys that allow renewals", async () => {
    const { operator, agent, bench, sums } = await startFlow({ daily_usd_cap: 500 });
    const monthly = await operator.prices.create({
      product,
      currency: "usd",
      unit_amount: 900,
      recurring: { interval: "month" },
    });
    const session: Stripe.Checkout.SessionCreateParams = {
      mode: "subscription",
      success_url: DONE,
      line_items: [{ price: monthly.id, quantity: 2 }],
    };
    await expect(agent.checkout.sessions.create(session)).rejects.toMatchObject({
      code: "unpriced_endpoint",
      message: expect.stringContaining("allow_recurring") as string,
    });
    const key = await bench.issue({ daily_usd_cap: 500, allow_recurring: true });
    await bench.stripe(key).checkout.sessions.create(session);
    expect((await bench.spend(key)).total_usd).toBe(18);
    expect(await sums()).toEqual({ spent: 0, held: 0, moved: 18 });
  });
});

it("a Payment Link counts its price for every payment that it allows", async () => {
  const { operator, agent, sums } = await startFlow({ daily_usd_cap: 500 });
  const ticket = await operator.prices.create({ product, currency: "usd", unit_amount: 2500 });
  const line_items = [{ price: ticket.id, quantity: 2 }];
  await expect(agent.paymentLinks.create({ line_items })).rejects.toMatchObject({
    code: "unpriced_endpoint",
  });
  const link = await agent.paymentLinks.create({
    line_items,
    restrictions: { completed_sessions: { limit: 4 } },
  });
  await agent.paymentLinks.update(link.id, { active: false });
  expect(await sums()).toEqual({ spent: 200, held: 0, moved: 200 });
  const more = agent.paymentLinks.create({ line_items, restrictions: { completed_sessions: { limit: 7 } } });
  expect(isCapExhausted(await more.catch((error: unknown) => error))).toBe(true);
});

describe("an invoice", () => {
  it.each(["pay", "send"] as const)("counts once from its items until the agent %ss it", async (last) => {
    const { operator, agent, sums } = await startFlow({ daily_usd_cap: 55 });
    const { id: customer } = await operator.customers.create({ name: "Ada" });
    const hour = await operator.prices.create({ product, currency: "usd", unit_amount: 500 });
    await agent.invoiceItems.create({ customer, amount: 4000, currency: "usd" });
    await agent.invoiceItems.create({ customer, pricing: { price: hour.id }, quantity: 3 });
    const draft = await agent.invoices.create({ customer, auto_advance: false });
    await agent.invoices.finalizeInvoice(draft.id);
    const ended =
      last === "pay" ? await agent.invoices.pay(draft.id) : await agent.invoices.sendInvoice(draft.id);
    expect(ended.amount_due).toBe(5500);
    expect(await sums()).toEqual({ spent: 55, held: 0, moved: 55 });
  });
});

describe("a subscription by price ID", () => {
  it("counts its first invoice once, and ends for free", async () => {
    const { operator, agent, sums } = await startFlow({ daily_usd_cap: 30, allow_recurring: true });
    const { id: customer } = await operator.customers.create({ name: "Ada" });
    const seat = await operator.prices.create({
      product,
      currency: "usd",
      unit_amount: 1000,
      recurring: { interval: "month" },
    });
    const subscription = await agent.subscriptions.create({
      customer,
      items: [{ price: seat.id, quantity: 3 }],
      collection_method: "send_invoice",
      days_until_due: 30,
    });
    const invoice = subscription.latest_invoice as string;
    await agent.invoices.finalizeInvoice(invoice);
    await agent.invoices.sendInvoice(invoice);
    expect(await sums()).toEqual({ spent: 30, held: 0, moved: 30 });
    // The cap is used up, so only what is free passes.
    const ending = await agent.subscriptions.update(subscription.id, { cancel_at_period_end: true });
    expect(ending.cancel_at_period_end).toBe(true);
    expect((await agent.subscriptions.cancel(subscription.id)).status).toBe("canceled");
    expect(await sums()).toEqual({ spent: 30, held: 0, moved: 30 });
  });

  it("is not taken up again by a key that doesn't allow renewals", async () => {
    const { operator, agent, bench } = await startFlow({ daily_usd_cap: 30 });
    const { id: customer } = await operator.customers.create({ name: "Ada" });
    const recurring = { interval: "month" } as const;
    const seat = await operator.prices.create({ product, currency: "usd", unit_amount: 1000, recurring });
    const { id } = await operator.subscriptions.create({ customer, items: [{ price: seat.id }] });
    await agent.subscriptions.update(id, { cancel_at_period_end: true });
    await expect(agent.subscriptions.update(id, { cancel_at_period_end: false })).rejects.toMatchObject({
      code: "unpriced_endpoint",
    });
    expect(bench.grossUsdMinor()).toBe(1000);
  });
});

describe("an Issuing card", () => {
  type Create = Stripe.Issuing.CardCreateParams;
  const limit = (amount: number): NonNullable<Create["spending_controls"]> => ({
    spending_limits: [{ amount, interval: "all_time" }],
  });
  const card = { currency: "usd", type: "virtual" } as const;

  it("counts its limit for all time once, and what an update raises it by", async () => {
    const { agent, sums } = await startFlow({ daily_usd_cap: 80 });
    const { id } = await agent.issuing.cards.create({ ...card, spending_controls: limit(5000) });
    await agent.issuing.cards.update(id, { status: "active" });
    expect(await sums()).toEqual({ spent: 50, held: 0, moved: 50 });
    await agent.issuing.cards.update(id, { spending_controls: limit(8000) });
    await agent.issuing.cards.update(id, { status: "inactive" });
    expect(await sums()).toEqual({ spent: 80, held: 0, moved: 80 });
    const raise = agent.issuing.cards.update(id, { spending_controls: limit(8001) });
    expect(isCapExhausted(await raise.catch((error: unknown) => error))).toBe(true);
  });

  it.each<[string, Create, object, string]>([
    ["no limit", card, { max_usd_per_call: 1 }, "unpriced_endpoint"],
    [
      "a limit per month",
      { ...card, spending_controls: { spending_limits: [{ amount: 5000, interval: "monthly" }] } },
      { max_usd_per_call: 1 },
      "unpriced_endpoint",
    ],
    [
      "a limit of some categories",
      {
        ...card,
        spending_controls: {
          spending_limits: [{ amount: 5000, interval: "all_time", categories: ["bakeries"] }],
        },
      },
      { max_usd_per_call: 1 },
      "unpriced_endpoint",
    ],
    ["plastic", { ...card, type: "physical", spending_controls: limit(5000) }, {}, "unpriced_endpoint"],
    [
      "its number shown",
      { ...card, expand: ["number"], spending_controls: limit(5000) },
      {},
      "secret_endpoint",
    ],
  ])("is refused with %s", async (_name, params, policy, code) => {
    const { agent, bench } = await startFlow({ daily_usd_cap: 500, ...policy });
    await expect(agent.issuing.cards.create(params)).rejects.toMatchObject({ code });
    expect(bench.sandbox.ledger().entries).toEqual([]);
  });

  it("shows its number to no key at all", async () => {
    const { agent, bench } = await startFlow({ shadow: true });
    const { id } = await connectOperator(bench).issuing.cards.create(card);
    for (const update of [{ expand: ["number"] }, { status: "active", expand: ["cvc"] }] as const) {
      const params: Stripe.Issuing.CardUpdateParams = { ...update, expand: [...update.expand] };
      await expect(agent.issuing.cards.update(id, params)).rejects.toMatchObject({
        code: "secret_endpoint",
      });
    }
  });
});
