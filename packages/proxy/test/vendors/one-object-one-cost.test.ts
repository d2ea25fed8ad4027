import { expect, it } from "vitest";
import type { VendorMove } from "../../test-support/vendors/scripted-vendor.ts";
import { type BenchCall, startVendorBench } from "../../test-support/vendors/vendor-bench.ts";

/** One step of a flow, and what the vendor then responds and shows. */
interface Step {
  call: BenchCall;
  answer: object;
  /** What the vendor shows at other paths, or as the response to another document. */
  shown?: object;
}

interface Flow {
  vendor: string;
  config: Parameters<typeof startVendorBench>[1];
  allowRecurring?: boolean;
  steps: Step[];
  /** USD of the object, however many calls lead to it. */
  cost: number;
}

const STRIPE = { credential: "sk_test_1" };
const USD = { currency: "usd" };

const form = (path: string, fields: Record<string, string> = {}): BenchCall => ({ path, form: fields });

const INTENT = { id: "pi_1", object: "payment_intent", amount: 2000, amount_received: 0, ...USD };
const CHARGE = { id: "ch_1", object: "charge", amount: 2000, amount_captured: 0, ...USD };
const INVOICE = {
  id: "in_1",
  object: "invoice",
  status: "open",
  amount_due: 4000,
  amount_paid: 0,
  amount_remaining: 4000,
  lines: { data: [{ parent: { invoice_item_details: { invoice_item: "ii_1" } } }] },
  ...USD,
};
const PAID = { ...INVOICE, status: "paid", amount_paid: 4000, amount_remaining: 0 };
const PAYOUT = { id: "pouti_1", amount: { value: 1500, currency: "usd" } };

const MONEY = {
  totalPriceSet: { presentmentMoney: { amount: "50.0", currencyCode: "USD" } },
  totalDiscountsSet: { presentmentMoney: { amount: "0.0", currencyCode: "USD" } },
};
const GRAPHQL = "/admin/api/2026-10/graphql.json";
const document = (query: string): BenchCall => ({ path: GRAPHQL, json: { query } });

const FLOWS: Record<string, Flow> = {
  "Stripe: an intent, raised, confirmed and captured": {
    vendor: "stripe",
    config: STRIPE,
    cost: 30,
    steps: [
      { call: form("/v1/payment_intents", { amount: "2000", currency: "usd" }), answer: INTENT },
      {
        call: form("/v1/payment_intents/pi_1", { amount: "3000", currency: "usd" }),
        answer: { ...INTENT, amount: 3000 },
      },
      { call: form("/v1/payment_intents/pi_1/confirm"), answer: { ...INTENT, amount: 3000 } },
      {
        call: form("/v1/payment_intents/pi_1/capture"),
        answer: { ...INTENT, amount: 3000, amount_received: 3000 },
      },
    ],
  },
  "Stripe: a charge and its capture": {
    vendor: "stripe",
    config: STRIPE,
    cost: 20,
    steps: [
      {
        call: form("/v1/charges", { amount: "2000", currency: "usd", capture: "false" }),
        answer: CHARGE,
      },
      { call: form("/v1/charges/ch_1/capture"), answer: { ...CHARGE, amount_captured: 2000 } },
    ],
  },
  "Stripe: an intent that a reader takes": {
    vendor: "stripe",
    config: STRIPE,
    cost: 20,
    steps: [
      { call: form("/v1/payment_intents", { amount: "2000", currency: "usd" }), answer: INTENT },
      {
        call: form("/v1/terminal/readers/tmr_1/process_payment_intent", { payment_intent: "pi_1" }),
        answer: { id: "tmr_1", object: "terminal.reader" },
      },
      { call: form("/v1/payment_intents/pi_1/capture"), answer: { ...INTENT, amount_received: 2000 } },
    ],
  },
  "Stripe: an item and its invoice, finalized, sent and paid": {
    vendor: "stripe",
    config: STRIPE,
    cost: 40,
    steps: [
      {
        call: form("/v1/invoiceitems", { customer: "cus_1", amount: "4000", currency: "usd" }),
        answer: { id: "ii_1", object: "invoiceitem", amount: 4000, ...USD },
      },
      { call: form("/v1/invoices", { customer: "cus_1", auto_advance: "false" }), answer: INVOICE },
      { call: form("/v1/invoices/in_1/finalize"), shown: INVOICE, answer: INVOICE },
      { call: form("/v1/invoices/in_1/send"), shown: INVOICE, answer: INVOICE },
      { call: form("/v1/invoices/in_1/pay"), shown: INVOICE, answer: PAID },
    ],
  },
  "Stripe: a subscription and its first invoice": {
    vendor: "stripe",
    config: STRIPE,
    allowRecurring: true,
    cost: 40,
    steps: [
      {
        call: form("/v1/subscriptions", { customer: "cus_1", "items[0][price]": "price_1" }),
        shown: { amount_due: 4000, ...USD },
        answer: { id: "sub_1", object: "subscription", latest_invoice: "in_1" },
      },
      { call: form("/v1/invoices/in_1/pay"), shown: INVOICE, answer: PAID },
    ],
  },
  "Stripe: a payout intent and its confirmation": {
    vendor: "stripe",
    config: STRIPE,
    cost: 15,
    steps: [
      {
        call: {
          path: "/v2/money_management/payout_intents",
          json: { amount: { value: 1500, currency: "usd" } },
        },
        answer: PAYOUT,
      },
      {
        call: { path: "/v2/money_management/payout_intents/pouti_1/confirm", json: {} },
        answer: PAYOUT,
      },
    ],
  },
  "Resend: a broadcast and its sending": {
    vendor: "resend",
    config: { credential: "re_1", prices: { email: { recipient: 0.5 } } },
    cost: 1,
    steps: [
      {
        call: { path: "/broadcasts", json: { segment_id: "s-1", send: true } },
        shown: { data: [{ id: "1" }, { id: "2" }], has_more: false },
        answer: { id: "b-1" },
      },
      {
        call: { path: "/broadcasts/b-1/send", json: {} },
        shown: { segment_id: "s-1", data: [{ id: "1" }, { id: "2" }], has_more: false },
        answer: { id: "b-1" },
      },
    ],
  },
  "Resend: an email that is sent again under its key": {
    vendor: "resend",
    config: { credential: "re_1", prices: { email: { recipient: 0.5 } } },
    cost: 0.5,
    steps: [1, 2].map(() => ({
      call: { path: "/emails", json: { to: "a@x.io" }, headers: { "idempotency-key": "once" } },
      answer: { id: "e-1" },
    })),
  },
  "Shopify: a draft order, its invoice and its completion": {
    vendor: "shopify",
    config: { credential: "shpat_1", currency: "USD" },
    cost: 50,
    steps: [
      {
        call: document(`mutation { draftOrderCreate(input: { note: "a" }) { draftOrder { id } } }`),
        shown: { data: { draftOrderCalculate: { calculatedDraftOrder: MONEY } } },
        answer: { data: { draftOrderCreate: { draftOrder: { id: "gid://shopify/DraftOrder/1" } } } },
      },
      ...["draftOrderInvoiceSend", "draftOrderComplete"].map((name) => ({
        call: document(`mutation { ${name}(id: "gid://shopify/DraftOrder/1") { draftOrder { id } } }`),
        shown: { data: { draftOrder: MONEY } },
        answer: { data: { [name]: { draftOrder: { id: "gid://shopify/DraftOrder/1" } } } },
      })),
    ],
  },
};

it.each(Object.entries(FLOWS))("%s: counts once", async (_name, { vendor, config, cost, steps, ...rest }) => {
  const { allowRecurring = false } = rest;
  await using bench = await startVendorBench(vendor, config, { dailyUsdCap: cost, allowRecurring });
  for (const { call, answer, shown = {} } of steps) {
    const own = call.json === undefined ? undefined : JSON.stringify(call.json);
    bench.vendor.otherwise = ({ url, body, method }): VendorMove => {
      const isOwn = method === "POST" && url === call.path && (own === undefined || body === own);
      return { json: isOwn ? answer : shown };
    };
    const { code, text } = await bench.call(call);
    expect(code, `${call.path}: ${text}`).toBeUndefined();
  }
  expect(await bench.spend()).toEqual({ spent: cost, held: 0, unknown: 0 });
});
