import type { VendorAnswer } from "../../answer.ts";
import { type Exchange, readMinorUnits } from "../../currency.ts";
import type { PricedCall, RouteDefinition } from "../../define-vendor.ts";
import { type Cost, FREE, type Quote, UNPRICED } from "../../quote.ts";
import { hasFormField, readFormScalar } from "../../reading/form-body.ts";
import { type JsonValue, readPointer, toLexeme } from "../../reading/json-body.ts";
import { toPrice } from "./amounts.ts";
import { freeWithOnly, hasOnlyFields, readPlainId } from "./fields.ts";

// Everything that a draft may be made of, but a date on which it is finalized by itself.
const DRAFT = [
  "account_tax_ids",
  "application_fee_amount",
  "auto_advance",
  "automatic_tax",
  "collection_method",
  "currency",
  "custom_fields",
  "customer",
  "customer_account",
  "days_until_due",
  "default_payment_method",
  "default_source",
  "default_tax_rates",
  "description",
  "discounts",
  "due_date",
  "effective_at",
  "expand",
  "footer",
  "issuer",
  "metadata",
  "number",
  "on_behalf_of",
  "payment_settings",
  "pending_invoice_items_behavior",
  "rendering",
  "shipping_cost",
  "shipping_details",
  "statement_descriptor",
  "subscription",
  "transfer_data",
];

/**
 * An invoice counts when it is finalized, sent or paid, once, and without those of its items that were counted when
 * they were added. A draft that says it stays one is free. What makes Stripe finalize one by itself has no price: tax,
 * what the customer owes and items that are still pending might be added before.
 */
export const INVOICE_ROUTES: RouteDefinition[] = [
  { match: ["POST /v1/invoices/create_preview"], price: "free" },
  { match: ["POST /v1/invoices/*/pay"], body: "form", price: pricePayment, continues: true },
  {
    match: ["POST /v1/invoices/*/finalize", "POST /v1/invoices/*/send"],
    body: "form",
    price: priceFinalizing,
    continues: true,
  },
  { match: ["POST /v1/invoices/*/void", "POST /v1/invoices/*/mark_uncollectible"], price: "free" },
  {
    match: [
      "POST /v1/invoices/*/attach_payment",
      "POST /v1/invoices/*/add_lines",
      "POST /v1/invoices/*/update_lines",
      "POST /v1/invoices/*/remove_lines",
      "POST /v1/invoices/*/lines/*",
      "POST /v1/invoices/*/*",
      "DELETE /v1/invoices/*/*",
    ],
    price: "unpriced",
  },
  { match: ["POST /v1/invoices"], body: "form", price: priceCreation },
  {
    match: ["POST /v1/invoices/*"],
    body: "form",
    price: freeWithOnly("custom_fields", "description", "expand", "footer", "metadata"),
  },
  { match: ["DELETE /v1/invoices/*"], price: "free" },
];

const NOT_A_DRAFT =
  "Set auto_advance to false: the draft is then free, and the invoice is priced when it is finalized, sent or paid.";

/** Older versions of the API collect unless they are told not to. https://docs.stripe.com/upgrades */
function priceCreation({ form }: PricedCall): Quote {
  if (!hasOnlyFields(form, DRAFT)) return UNPRICED;
  const staysDraft = readFormScalar(form, "auto_advance") === "false";
  return staysDraft ? FREE : { kind: "unpriced", hint: NOT_A_DRAFT };
}

/** From then on its customer can pay it. */
async function priceFinalizing(call: PricedCall): Promise<Quote> {
  const id = readPlainId(call.segments[2]);
  const invoice = await call.lookUp(`/v1/invoices/${id}`);
  return priceInvoice(call, id, invoice, "/amount_due");
}

async function pricePayment(call: PricedCall): Promise<Quote> {
  const { form, segments, exchange, lookUp } = call;
  const id = readPlainId(segments[2]);
  if (hasFormField(form, "paid_out_of_band") && readFormScalar(form, "paid_out_of_band") === "true") {
    return { kind: "amount", microUsd: 0, toActual: () => ({ microUsd: 0 }) };
  }
  const invoice = await lookUp(`/v1/invoices/${id}`);
  const paidBefore = toLexeme(readPointer(invoice, "/amount_paid")) ?? "0";
  if (paidBefore === "0") return priceInvoice(call, id, invoice, "/amount_remaining");
  const currency = toLexeme(readPointer(invoice, "/currency"));
  const remaining = toLexeme(readPointer(invoice, "/amount_remaining"));
  if (currency === undefined || remaining === undefined) return UNPRICED;
  return toPrice(remaining, currency, exchange, {
    toActual: (answer) => readPaid(answer, paidBefore, exchange),
  });
}

/** The whole of an invoice, by what it shows at a pointer. */
function priceInvoice(
  { exchange }: PricedCall,
  id: string,
  invoice: JsonValue | undefined,
  pointer: "/amount_due" | "/amount_remaining",
): Quote {
  const shown = pointer === "/amount_due" ? pointer : "/amount_paid";
  const toActual = (answer: VendorAnswer): Cost | undefined => readInvoice(answer, shown, exchange);
  const currency = toLexeme(readPointer(invoice, "/currency"));
  const amount = toLexeme(readPointer(invoice, pointer));
  if (currency === undefined || amount === undefined || awaitsTax(invoice))
    return { kind: "unpriced", toActual };
  return toPrice(amount, currency, exchange, { objectId: id, ...toParts(invoice), toActual });
}

/** Of a draft, Stripe might not have calculated the tax yet. */
function awaitsTax(invoice: JsonValue | undefined): boolean {
  if (readPointer(invoice, "/status") !== "draft") return false;
  const isAutomatic = readPointer(invoice, "/automatic_tax/enabled") === true;
  return isAutomatic && readPointer(invoice, "/automatic_tax/status") !== "complete";
}

function readInvoice({ json }: VendorAnswer, pointer: string, exchange: Exchange): Cost | undefined {
  const currency = toLexeme(readPointer(json, "/currency"));
  const amount = toLexeme(readPointer(json, pointer));
  const id = readPointer(json, "/id");
  if (currency === undefined || amount === undefined) return undefined;
  const microUsd = exchange.toMicroUsd(readMinorUnits(amount, currency), currency);
  if (microUsd === undefined) return undefined;
  return typeof id === "string" ? { microUsd, objectId: id, ...toParts(json) } : { microUsd };
}

/**
 * The items that the lines of an invoice stand for: older versions of the API name them in another place. Of a long
 * invoice Stripe shows the first lines alone, and the other items are counted again.
 * https://docs.stripe.com/changelog/basil/2025-03-31/adds-new-parent-field-to-invoicing-objects
 */
function toParts(invoice: JsonValue | undefined): { partIds?: readonly string[] } {
  const lines = readPointer(invoice, "/lines/data");
  if (!Array.isArray(lines)) return {};
  const ids = lines
    .map(
      (line) =>
        readPointer(line, "/parent/invoice_item_details/invoice_item") ?? readPointer(line, "/invoice_item"),
    )
    .filter((id) => typeof id === "string");
  return ids.length === 0 ? {} : { partIds: [...new Set(ids)] };
}

/** What an answer shows is all that was ever paid of the invoice. */
function readPaid({ json }: VendorAnswer, paidBefore: string, exchange: Exchange): Cost | undefined {
  const currency = toLexeme(readPointer(json, "/currency"));
  const paid = toLexeme(readPointer(json, "/amount_paid"));
  if (currency === undefined || paid === undefined) return undefined;
  const { units, exponent } = readMinorUnits(paid, currency);
  const before = readMinorUnits(paidBefore, currency).units;
  const microUsd = exchange.toMicroUsd({ units: units > before ? units - before : 0n, exponent }, currency);
  return microUsd === undefined ? undefined : { microUsd };
}
