import type { PricedCall, RouteDefinition } from "../../define-vendor.ts";
import { FREE, type Quote, RENEWING, UNPRICED } from "../../quote.ts";
import { type FormFields, readFormScalar } from "../../reading/form-body.ts";
import { readObjectCost } from "./amounts.ts";
import { freeWithOnly, hasOnlyFields, readFormTree } from "./fields.ts";
import { costLines } from "./line-items.ts";
import { costShipping } from "./shipping.ts";

// What a session may have without its total growing: no tax, options or second session. Of a price in several
// currencies, the most expensive counts, whichever the session names.
const NOT_RAISING = [
  "allow_promotion_codes",
  "allowed_payment_method_types",
  "billing_address_collection",
  "branding_settings",
  "cancel_url",
  "client_reference_id",
  "consent_collection",
  "currency",
  "custom_fields",
  "custom_text",
  "customer",
  "customer_account",
  "customer_creation",
  "customer_email",
  "customer_update",
  "discounts",
  "excluded_payment_method_types",
  "expand",
  "expires_at",
  "invoice_creation",
  "locale",
  "metadata",
  "name_collection",
  "origin_context",
  "payment_intent_data",
  "payment_method_collection",
  "payment_method_configuration",
  "payment_method_data",
  "payment_method_options",
  "payment_method_types",
  "phone_number_collection",
  "redirect_on_completion",
  "return_url",
  "saved_payment_method_options",
  "shipping_address_collection",
  "submit_type",
  "success_url",
  "tax_id_collection",
  "ui_mode",
  "wallet_options",
];

// What of a subscription doesn't raise its first payment: rates of tax are not among them.
const SUBSCRIPTION =
  /^(?:application_fee_percent|billing_cycle_anchor|description|on_behalf_of|proration_behavior|trial_end|trial_period_days|trial_settings\.[a-z_.]+|transfer_data\.[a-z_.]+)$/;

/** A session is money once its payer has the link: it counts when it is made. */
export const CHECKOUT_ROUTES: RouteDefinition[] = [
  { match: ["POST /v1/checkout/sessions"], body: "form", price: priceCreation },
  { match: ["POST /v1/checkout/sessions/*/expire"], price: "free" },
  { match: ["POST /v1/checkout/sessions/*/*"], price: "unpriced" },
  { match: ["POST /v1/checkout/sessions/*"], body: "form", price: freeWithOnly("expand", "metadata") },
];

async function priceCreation(call: PricedCall): Promise<Quote> {
  const { form } = call;
  const mode = readFormScalar(form, "mode");
  if (mode === "setup") return hasOnlyFields(form, ["mode", ...NOT_RAISING]) ? FREE : UNPRICED;
  if (mode === "subscription" && !call.allowRecurring) return RENEWING;
  const { quote, isOpen } = await priceTotal(call, mode);
  if (quote.kind !== "amount" && quote.kind !== "unpriced") return quote;
  return {
    ...quote,
    toActual(answer) {
      const total = readObjectCost(answer, call.exchange, ["/amount_total"]);
      return total && isOpen ? { ...total, atLeast: true } : total;
    },
  };
}

interface Total {
  quote: Quote;
  /** Whether the payer can still raise the total that the response shows. */
  isOpen: boolean;
}

/** The lines, and the most expensive shipping. Of a subscription, that is its first payment. */
async function priceTotal(call: PricedCall, mode: string | undefined): Promise<Total> {
  const { form } = call;
  const unknown: Total = { quote: UNPRICED, isOpen: true };
  const isKnown = mode === "payment" || mode === "subscription";
  const fields = ["mode", "line_items", "shipping_options", "automatic_tax", ...NOT_RAISING];
  if (mode === "subscription") fields.push("subscription_data");
  if (!isKnown || !hasOnlyFields(form, fields) || addsTax(form)) return unknown;
  if (![...readFormTree(form, "subscription_data").keys()].every((path) => SUBSCRIPTION.test(path)))
    return unknown;
  const lines = await costLines(call, readFormTree(form, "line_items"));
  if (lines.kind !== "lines") return { quote: lines, isOpen: true };
  // Stripe takes recurring prices in a subscription alone.
  if (lines.renews && mode === "payment") return unknown;
  const shipping = await costShipping(call);
  if (typeof shipping === "object") return { quote: shipping, isOpen: true };
  return {
    quote: { kind: "amount", microUsd: lines.microUsd + (shipping ?? 0) },
    // Of a trial the response shows nothing.
    isOpen: lines.isOpen || shipping !== undefined || mode === "subscription",
  };
}

/** Tax that Stripe calculates is added to the total. */
function addsTax(form: FormFields): boolean {
  const tax = readFormTree(form, "automatic_tax");
  return tax.size > 0 && tax.get("enabled") !== "false";
}
