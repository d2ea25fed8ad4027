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
      "41: a draft whose tax Stripe hasn't calculated",
      {
        ...payment,
        shown: {
          [INVOICE]: {
            status: "draft",
            amount_remaining: 4200,
            currency: "usd",
            automatic_tax: { enabled: true, status: null },
          },
        },
        refused: [403, "unpriced_endpoint"],
      },
    ],
    [
      "41: a draft",
      { ...payment, shown: { [INVOICE]: { status: "draft", amount_remaining: 4200, currency: "usd" } } },
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

describe("an invoice of an item", () => {
  const ITEM = { id: "ii_1", amount: 4000, currency: "usd" };
  const add: Step = {
    path: "/v1/invoiceitems",
    form: { customer: CUSTOMER, amount: "4000", currency: "usd" },
    answer: { json: ITEM },
    reserved: 40,
    cost: 40,
  };
  const toInvoice = (fields: object, line: object): object => ({
    id: "in_1QkX2eLkdIwHu7ix",
    object: "invoice",
    currency: "usd",
    amount_due: 4000,
    amount_paid: 0,
    amount_remaining: 4000,
    lines: { data: [line], has_more: false },
    ...fields,
  });

  it.each([
    [
      "today's API",
      { parent: { type: "invoice_item_details", invoice_item_details: { invoice_item: "ii_1" } } },
    ],
    ["an older API", { type: "invoiceitem", invoice_item: "ii_1" }],
  ])("counts once from the item to the payment, in %s", async (_name, line) => {
    await using bench = await startStripeBench({ dailyUsdCap: 40 });
    const shown = { [INVOICE]: toInvoice({ status: "draft" }, line) };
    const open = { json: toInvoice({ status: "open" }, line) };
    const paid = { json: toInvoice({ status: "paid", amount_paid: 4000, amount_remaining: 0 }, line) };
    await play(bench, add);
    await play(bench, {
      path: "/v1/invoices",
      form: { customer: CUSTOMER, auto_advance: "false" },
      answer: open,
      reserved: 0,
      cost: 0,
    });
    const none = { shown, reserved: 0, cost: 0 };
    await play(bench, { ...none, path: `${INVOICE}/finalize`, answer: open });
    await play(bench, { ...none, path: `${INVOICE}/send`, answer: open });
    await play(bench, { ...none, path: `${INVOICE}/pay`, answer: paid });
    expect(await bench.spend()).toEqual({ spent: 40, held: 0, unknown: 0 });
  });

  it("counts what was added to it elsewhere when it is finalized, and no more when it is paid", async () => {
    await using bench = await startStripeBench({ dailyUsdCap: 100 });
    const line = { type: "invoiceitem", invoice_item: "ii_1" };
    const amounts = { amount_due: 5000, amount_remaining: 5000 };
    const shown = { [INVOICE]: toInvoice({ status: "draft", ...amounts }, line) };
    await play(bench, add);
    await play(bench, {
      path: `${INVOICE}/finalize`,
      shown,
      answer: { json: toInvoice({ status: "open", ...amounts }, line) },
      reserved: 10,
      cost: 10,
    });
    await play(bench, {
      path: `${INVOICE}/pay`,
      shown,
      answer: { json: toInvoice({ status: "paid", amount_paid: 5000, amount_remaining: 0 }, line) },
      reserved: 0,
      cost: 0,
    });
    expect(await bench.spend()).toEqual({ spent: 50, held: 0, unknown: 0 });
  });

  it("counts in full for a key that didn't add the item", async () => {
    await using bench = await startStripeBench({ dailyUsdCap: 100 });
    const line = { type: "invoiceitem", invoice_item: "ii_1" };
    await play(bench, add);
    const key = await bench.issue({ dailyUsdCap: 39 });
    const finalize: Step = {
      path: `${INVOICE}/finalize`,
      shown: { [INVOICE]: toInvoice({ status: "draft" }, line) },
      answer: { json: toInvoice({ status: "open" }, line) },
    };
    await play(bench, { ...finalize, key, refused: [429, "cap_exhausted"] });
  });
});
