import type { VendorAnswer } from "../../answer.ts";
import { type Exchange, readMinorUnits } from "../../currency.ts";
import type { PricedCall, RouteDefinition } from "../../define-vendor.ts";
import { type Cost, FREE, type Quote, UNPRICED } from "../../quote.ts";
import { hasFormField, readFormScalar } from "../../reading/form-body.ts";
import { readPointer, toLexeme } from "../../reading/json-body.ts";
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
 * An invoice costs when it is paid. What makes Stripe collect one by itself has no price, for tax, what the customer
 * owes and items still pending may be added before: only a draft that says it stays one is free.
 */
export const INVOICE_ROUTES: RouteDefinition[] = [
  { match: ["POST /v1/invoices/create_preview"], price: "free" },
  { match: ["POST /v1/invoices/*/pay"], body: "form", price: pricePayment },
  { match: ["POST /v1/invoices/*/void", "POST /v1/invoices/*/mark_uncollectible"], price: "free" },
  {
    match: [
      "POST /v1/invoices/*/finalize",
      "POST /v1/invoices/*/send",
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

/** Older versions of the API collect unless they are told not to. https://docs.stripe.com/upgrades */
function priceCreation({ form }: PricedCall): Quote {
  const staysDraft = readFormScalar(form, "auto_advance") === "false";
  return staysDraft && hasOnlyFields(form, DRAFT) ? FREE : UNPRICED;
}

async function pricePayment({ form, segments, exchange, lookUp }: PricedCall): Promise<Quote> {
  const id = readPlainId(segments[2]);
  if (hasFormField(form, "paid_out_of_band") && readFormScalar(form, "paid_out_of_band") === "true") {
    return { kind: "amount", microUsd: 0, toActual: () => ({ microUsd: 0 }) };
  }
  const invoice = await lookUp(`/v1/invoices/${id}`);
  const currency = toLexeme(readPointer(invoice, "/currency"));
  const remaining = toLexeme(readPointer(invoice, "/amount_remaining"));
  const isDraft = readPointer(invoice, "/status") === "draft";
  if (isDraft || currency === undefined || remaining === undefined) return UNPRICED;
  const paidBefore = toLexeme(readPointer(invoice, "/amount_paid")) ?? "0";
  return toPrice(remaining, currency, exchange, {
    toActual: (answer) => readPaid(answer, paidBefore, exchange),
  });
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
