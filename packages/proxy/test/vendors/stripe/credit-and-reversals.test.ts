import { describe, expect, it } from "vitest";
import { play, type Step, startStripeBench } from "../../../test-support/vendors/stripe-bench.ts";

const CUSTOMER = "cus_9s6XKzkNRiz8i3";

describe("credit of a customer", () => {
  it.each([
    ["-5000", 50],
    ["300", 3],
  ])("costs whichever way it goes: %s", async (amount, usd) => {
    await using bench = await startStripeBench();
    await play(bench, {
      path: `/v1/customers/${CUSTOMER}/balance_transactions`,
      form: { amount, currency: "usd" },
      answer: { json: { id: "cbtxn_1QkX2e", amount: Number(amount), currency: "usd" } },
      reserved: usd,
      cost: usd,
    });
  });

  it("costs what a grant is worth", async () => {
    await using bench = await startStripeBench();
    const form = {
      "amount[type]": "monetary",
      "amount[monetary][value]": "1000",
      "amount[monetary][currency]": "eur",
    };
    await play(bench, {
      path: "/v1/billing/credit_grants",
      form,
      answer: { json: {} },
      reserved: 11,
      cost: 11,
    });
  });

  it.each<[string, Record<string, string>]>([
    ["a new source, with which Stripe collects what is past due", { source: "tok_visa" }],
    ["a plan of older days", { plan: "gold" }],
    ["a coupon of older days", { coupon: "free" }],
  ])("an existing customer with %s has no price", async (_name, form) => {
    await using bench = await startStripeBench();
    await play(bench, { path: `/v1/customers/${CUSTOMER}`, form, refused: [403, "unpriced_endpoint"] });
  });
});

describe("what takes back", () => {
  it.each<[string, Step]>([
    [
      "a transfer, in part",
      {
        path: "/v1/transfers/tr_1QkX2e/reversals",
        form: { amount: "300" },
        shown: { "/v1/transfers/tr_1QkX2e": { amount: 1000, amount_reversed: 0, currency: "eur" } },
        answer: { json: { id: "trr_1QkX2e", amount: 300, currency: "eur" } },
        reserved: 3.3,
        cost: 3.3,
      },
    ],
    [
      "a transfer, what is left",
      {
        path: "/v1/transfers/tr_1QkX2e/reversals",
        shown: { "/v1/transfers/tr_1QkX2e": { amount: 1000, amount_reversed: 400, currency: "usd" } },
        answer: { json: { id: "trr_1QkX2e", amount: 600, currency: "usd" } },
        reserved: 6,
        cost: 6,
      },
    ],
    [
      "an application fee",
      {
        path: "/v1/application_fees/fee_1QkX2e/refunds",
        shown: { "/v1/application_fees/fee_1QkX2e": { amount: 100, amount_refunded: 0, currency: "usd" } },
        answer: { json: { id: "fr_1QkX2e", amount: 100, currency: "usd" } },
        reserved: 1,
        cost: 1,
      },
    ],
    [
      "a payout",
      {
        path: "/v1/payouts/po_1QkX2e/reverse",
        shown: { "/v1/payouts/po_1QkX2e": { amount: 1100, currency: "usd" } },
        answer: { json: { id: "po_1QkX2f", amount: -1100, currency: "usd" } },
        reserved: 11,
        cost: 11,
      },
    ],
    [
      "a payment on a reader",
      {
        path: "/v1/terminal/readers/tmr_FDOt2wlRZEdpd7/refund_payment",
        form: { charge: "ch_3QkX2e" },
        shown: { "/v1/charges/ch_3QkX2e": { amount: 900, currency: "usd" } },
        answer: { json: { id: "tmr_FDOt2wlRZEdpd7" } },
        reserved: 9,
        cost: 9,
      },
    ],
    [
      "a customer's cash",
      {
        path: "/v1/refunds",
        form: { customer: CUSTOMER, origin: "customer_balance", amount: "700", currency: "usd" },
        answer: { json: { id: "re_1QkX2e", amount: 700, currency: "usd" } },
        reserved: 7,
        cost: 7,
      },
    ],
    [
      "a charge in another currency",
      {
        path: "/v1/refunds",
        form: { charge: "ch_3QkX2e", amount: "700", currency: "jpy" },
        shown: { "/v1/charges/ch_3QkX2e": { amount: 900, currency: "usd" } },
        refused: [400, "unreadable_amount"],
      },
    ],
    [
      "a transfer that Stripe does not know",
      { path: "/v1/transfers/tr_1QkX2e/reversals", refused: [403, "unpriced_endpoint"] },
    ],
  ])("%s", async (_name, step) => {
    await using bench = await startStripeBench();
    await play(bench, step);
    expect(await bench.spend()).toEqual({ spent: step.refused ? 0 : step.cost, held: 0, unknown: 0 });
  });
});
