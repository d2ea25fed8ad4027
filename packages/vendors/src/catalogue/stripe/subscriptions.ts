import type { VendorAnswer } from "../../answer.ts";
import type { Exchange } from "../../currency.ts";
import type { PricedCall, RouteDefinition } from "../../define-vendor.ts";
import { type Cost, FREE, type Quote, RENEWING, UNPRICED } from "../../quote.ts";
import {
  type FormFields,
  hasFormField,
  readFormScalar,
  refuseUncertain,
  toBaseName,
} from "../../reading/form-body.ts";
import { JsonNumber, readPointer, toLexeme } from "../../reading/json-body.ts";
import { Unreadable } from "../../reading/unreadable.ts";
import { readObjectCost, toPrice } from "./amounts.ts";
import { freeWithOnly, hasOnlyFields } from "./fields.ts";

// What of a new subscription decides about its first invoice, and where the preview takes it.
const PREVIEWED: Readonly<Record<string, string>> = {
  add_invoice_items: "invoice_items",
  automatic_tax: "automatic_tax",
  currency: "currency",
  customer: "customer",
  customer_account: "customer_account",
  default_tax_rates: "subscription_details[default_tax_rates]",
  discounts: "discounts",
  items: "subscription_details[items]",
  on_behalf_of: "on_behalf_of",
};

// What does not raise it. A trial lowers it to nothing for a while, so it is left out, and the whole period counts.
const NOT_RAISING = [
  "application_fee_percent",
  "cancel_at",
  "cancel_at_period_end",
  "collection_method",
  "days_until_due",
  "default_payment_method",
  "default_source",
  "description",
  "expand",
  "invoice_settings",
  "metadata",
  "off_session",
  "payment_behavior",
  "payment_settings",
  "transfer_data",
  "trial_end",
  "trial_from_plan",
  "trial_period_days",
  "trial_settings",
];

/**
 * A subscription renews where no proxy sees it, so that a capped key needs `allow_recurring` for anything that
 * starts, keeps or raises one; of a new one, the first invoice is counted by Stripe's own preview.
 */
export const SUBSCRIPTION_ROUTES: RouteDefinition[] = [
  { match: ["POST /v1/subscriptions"], body: "form", price: priceCreation },
  {
    match: [
      "DELETE /v1/subscriptions/*/discount",
      "DELETE /v1/subscriptions/*/*",
      "POST /v1/subscriptions/*/migrate",
      "POST /v1/subscriptions/*/pause",
      "POST /v1/subscriptions/*/resume",
      "POST /v1/subscriptions/*/*",
      "POST /v1/subscription_items",
      "POST /v1/subscription_items/*",
      "DELETE /v1/subscription_items/*",
      "POST /v1/subscription_schedules",
      "POST /v1/subscription_schedules/*/cancel",
      "POST /v1/subscription_schedules/*/release",
      "POST /v1/subscription_schedules/*",
      "POST /v1/quotes/*/accept",
    ],
    price: priceRenewing,
    readsQuery: true,
  },
  { match: ["POST /v1/subscriptions/*"], body: "form", price: priceUpdate },
  { match: ["DELETE /v1/subscriptions/*"], body: "form", price: priceCancellation, readsQuery: true },
];

/** What may start or keep a renewal, for an amount that nobody can tell. */
export function priceRenewing({ allowRecurring }: PricedCall): Quote {
  return allowRecurring ? UNPRICED : RENEWING;
}

/** https://docs.stripe.com/api/invoices/create_preview makes nothing: it only calculates. */
async function priceCreation(call: PricedCall): Promise<Quote> {
  const { form, exchange, allowRecurring, lookUp } = call;
  if (!allowRecurring) return RENEWING;
  if (!hasOnlyFields(form, [...Object.keys(PREVIEWED), ...NOT_RAISING])) return UNPRICED;
  const preview = await lookUp("/v1/invoices/create_preview", { form: toPreview(form) });
  const currency = toLexeme(readPointer(preview, "/currency"));
  const due = toLexeme(readPointer(preview, "/amount_due"));
  if (currency === undefined || due === undefined) return UNPRICED;
  return toPrice(due, currency, exchange, {
    toActual: (answer) => readFirstInvoice(answer, exchange),
  });
}

/**
 * The first invoice, which is counted here and not when it is sent or paid. Its amount is in the response only if the
 * client asked for the whole invoice, and of a trial it is nothing.
 */
function readFirstInvoice({ json, ...answer }: VendorAnswer, exchange: Exchange): Cost | undefined {
  const invoice = readPointer(json, "/latest_invoice");
  if (typeof invoice === "string") return { microUsd: 0, atLeast: true, objectId: invoice };
  const cost = readObjectCost({ ...answer, json: invoice }, exchange, ["/amount_due"]);
  return cost && readPointer(json, "/trial_end") instanceof JsonNumber ? { ...cost, atLeast: true } : cost;
}

/** The fields of the preview, in the words of the call itself. */
function toPreview(form: FormFields): [string, string][] {
  const preview: [string, string][] = [];
  for (const [key, values] of form) {
    const name = toBaseName(key);
    const target = PREVIEWED[name];
    if (target === undefined) continue;
    const rest = key.slice(name.length);
    const isPlain = key.startsWith(name) && /^(?:\[[^[\]]*\])*$/.test(rest);
    if (!isPlain || (values.length > 1 && !rest.endsWith("[]"))) {
      throw new Unreadable(`what stands in ${name} must be given once, in exactly these letters`);
    }
    for (const value of values) {
      refuseUncertain(value, key);
      preview.push([`${target}${rest}`, value]);
    }
  }
  return preview;
}

/** Ending one with its period is free. To take that back keeps it. */
function priceUpdate(call: PricedCall): Quote {
  const { form } = call;
  const fields = ["cancel_at_period_end", "cancellation_details", "description", "expand", "metadata"];
  const keeps =
    hasFormField(form, "cancel_at_period_end") && readFormScalar(form, "cancel_at_period_end") !== "true";
  return hasOnlyFields(form, fields) && !keeps ? FREE : priceRenewing(call);
}

/** Ending one is free, but for what Stripe might be asked to invoice or to give back at once. */
function priceCancellation(call: PricedCall): Quote {
  const fields = new Map([...call.query, ...call.form]);
  const asks = ["invoice_now", "prorate"].some(
    (name) => hasFormField(fields, name) && readFormScalar(fields, name) !== "false",
  );
  return hasOnlyFields(fields, ["cancellation_details", "expand", "invoice_now", "prorate"]) && !asks
    ? FREE
    : UNPRICED;
}

/** Catalogue entries whose later change could reach running subscriptions. */
export const CATALOGUE_ROUTES: RouteDefinition[] = [
  {
    match: [
      "POST /v1/prices/*/*",
      "POST /v1/plans/*/*",
      "POST /v1/coupons/*/*",
      "POST /v1/promotion_codes/*/*",
    ],
    price: "unpriced",
  },
  {
    match: ["POST /v1/prices/*"],
    body: "form",
    price: freeWithOnly(
      "active",
      "expand",
      "lookup_key",
      "metadata",
      "nickname",
      "tax_behavior",
      "transfer_lookup_key",
    ),
  },
  {
    match: ["POST /v1/plans/*"],
    body: "form",
    price: freeWithOnly("active", "expand", "metadata", "nickname"),
  },
  { match: ["POST /v1/coupons/*"], body: "form", price: freeWithOnly("expand", "metadata", "name") },
  { match: ["POST /v1/promotion_codes/*"], body: "form", price: freeWithOnly("expand", "metadata") },
];
