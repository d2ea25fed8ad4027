import { describe, expect, it } from "vitest";
import { play, type Step, startStripeBench } from "../../../test-support/vendors/stripe-bench.ts";

const CUSTOMER = "cus_9s6XKzkNRiz8i3";
const INVOICE = "/v1/invoices/in_1QkX2eLkdIwHu7ix";

describe("an invoice", () => {
  const payment: Step = {
    path: `${INVOICE}/pay`,
    shown: { [INVOICE]: { status: "open", amount_remaining: 4200, currency: "usd" } },
    answer: { json: { status: "paid", amount_paid: 4200, amount_remaining: 0, currency: "usd" } },
    reserved: 42,
    cost: 42,
  };

  it.each<[string, Step]>([
    ["41: costs what remains of it", payment],
    [
      "41: costs what was not paid of it before",
      {
        ...payment,
        shown: {
          [INVOICE]: { status: "open", amount_remaining: 1200, amount_paid: 3000, currency: "usd" },
        },
        reserved: 12,
        cost: 12,
      },
    ],
    ["42: paid elsewhere", { ...payment, form: { paid_out_of_band: "true" }, reserved: 0, cost: 0 }],
    ["42: paid nowhere else", { ...payment, form: { paid_out_of_band: "false" } }],
    [
      "41: a draft may still grow",
      {
        ...payment,
        shown: { [INVOICE]: { status: "draft", amount_remaining: 4200, currency: "usd" } },
        refused: [403, "unpriced_endpoint"],
      },
    ],
    ["41: one that Stripe does not know", { ...payment, shown: {}, refused: [403, "unpriced_endpoint"] }],
    [
      "42: two words on where it is paid",
      {
        ...payment,
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: "paid_out_of_band=true&paid_out_of_band=false",
        refused: [400, "unreadable_amount"],
      },
    ],
  ])("row %s", async (_name, step) => {
    await using bench = await startStripeBench();
    await play(bench, step);
    expect(await bench.spend()).toEqual({ spent: step.refused ? 0 : step.cost, held: 0, unknown: 0 });
  });

  it.each<[string, Record<string, string>, boolean]>([
    ["a draft that stays one", { customer: CUSTOMER, auto_advance: "false" }, true],
    ["one that collects itself", { customer: CUSTOMER, auto_advance: "true" }, false],
    ["one that does not say", { customer: CUSTOMER }, false],
    [
      "one that is finalized on a day",
      { customer: CUSTOMER, auto_advance: "false", automatically_finalizes_at: "1764000000" },
      false,
    ],
    ["one with a field of another day", { customer: CUSTOMER, auto_advance: "false", billing: "x" }, false],
  ])("is free as %s: %o", async (_name, form, isFree) => {
    await using bench = await startStripeBench({ dailyUsdCap: 0 });
    const step: Step = { path: "/v1/invoices", form, answer: { json: {} } };
    await play(
      bench,
      isFree ? { ...step, reserved: 0, cost: 0 } : { ...step, refused: [403, "unpriced_endpoint"] },
    );
  });
});
