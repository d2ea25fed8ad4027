import fc from "fast-check";
import Stripe from "stripe";
import { expect, it } from "vitest";
import { startForTest } from "../../../test-support/start-for-test.ts";

interface Line {
  unit: number;
  /** The price is kept at Stripe, or stands in the call. */
  isKept: boolean;
  quantity: number;
  /** What the payer can raise the quantity to; `null` if they can't. */
  maximum: number | null;
}

const line = fc.record<Line>({
  unit: fc.integer({ min: 1, max: 99_999 }),
  isKept: fc.boolean(),
  quantity: fc.integer({ min: 1, max: 99 }),
  maximum: fc.option(fc.integer({ min: 1, max: 99 })),
});

const order = fc.record({
  lines: fc.array(line, { minLength: 1, maxLength: 4 }),
  shipping: fc.array(fc.integer({ min: 0, max: 9_999 }), { maxLength: 3 }),
  /** How often a Payment Link can be paid; `null` makes a Checkout Session. */
  payments: fc.option(fc.integer({ min: 1, max: 20 })),
});

it("counts a session or a link for all that its payers can pay", async () => {
  const bench = await startForTest();
  const { port, secretKey } = bench.sandbox;
  const operator = new Stripe(secretKey, { host: "127.0.0.1", port, protocol: "http", telemetry: false });
  const key = await bench.issue({ daily_usd_cap: 9_000_000_000, expires_in: "24h" });
  const agent = bench.stripe(key, { maxNetworkRetries: 0 });

  async function toItem({ unit, isKept, quantity, maximum }: Line): Promise<{
    price?: string;
    price_data?: Stripe.Checkout.SessionCreateParams.LineItem.PriceData;
    quantity: number;
    adjustable_quantity?: { enabled: true; maximum: number };
  }> {
    const adjustable = maximum === null ? {} : { adjustable_quantity: { enabled: true as const, maximum } };
    if (!isKept) {
      const price_data = { currency: "usd", unit_amount: unit, product_data: { name: "Thing" } };
      return { price_data, quantity, ...adjustable };
    }
    const price = await operator.prices.create({ product: "prod_1", currency: "usd", unit_amount: unit });
    return { price: price.id, quantity, ...adjustable };
  }

  await fc.assert(
    fc.asyncProperty(order, async ({ lines, shipping, payments }) => {
      // A second later, the key may look up as much again.
      bench.advance(1_000);
      const line_items = await Promise.all(lines.map(toItem));
      const rates = await Promise.all(
        shipping.map((amount) =>
          operator.shippingRates.create({
            display_name: "Post",
            type: "fixed_amount",
            fixed_amount: { amount, currency: "usd" },
          }),
        ),
      );
      const shipping_options = rates.map(({ id }) => ({ shipping_rate: id }));
      if (payments === null) {
        await agent.checkout.sessions.create({
          mode: "payment",
          success_url: "https://example.com/done",
          line_items,
          shipping_options,
        });
      } else {
        await agent.paymentLinks.create({
          line_items,
          restrictions: { completed_sessions: { limit: payments } },
        });
      }
      const { total_usd, held_usd } = await bench.spend(key);
      expect(held_usd).toBe(0);
      expect(Math.round(total_usd * 100)).toBe(bench.grossUsdMinor());
    }),
    { numRuns: 100 },
  );
});
