import type { PricedCall, RouteDefinition } from "../../define-vendor.ts";
import { FREE, type Quote, UNPRICED } from "../../quote.ts";
import { readFormScalar } from "../../reading/form-body.ts";
import { Unreadable } from "../../reading/unreadable.ts";
import { type AmountRest, readCurrency, readObjectCost } from "./amounts.ts";
import { freeWithOnly, hasOnlyFields, readFormTree } from "./fields.ts";
import { multiplySigned } from "./signed-amounts.ts";
import { priceRenewing } from "./subscriptions.ts";

// What a session for one payment may have without its total growing: no tax, shipping, options or second session.
const NOT_RAISING = [
  "allow_promotion_codes",
  "allowed_payment_method_types",
  "billing_address_collection",
  "branding_settings",
  "cancel_url",
  "client_reference_id",
  "consent_collection",
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

const LINE =
  /^\d+\.(?:quantity|price_data\.(?:currency|unit_amount|unit_amount_decimal|product|tax_behavior|product_data\.[a-z0-9_.]+))$/;

/** A session is money once its payer has the link: it counts when it is made. */
export const CHECKOUT_ROUTES: RouteDefinition[] = [
  { match: ["POST /v1/checkout/sessions"], body: "form", price: priceCreation },
  { match: ["POST /v1/checkout/sessions/*/expire"], price: "free" },
  { match: ["POST /v1/checkout/sessions/*/*"], price: "unpriced" },
  { match: ["POST /v1/checkout/sessions/*"], body: "form", price: freeWithOnly("expand", "metadata") },
  // A link is paid as often as somebody likes.
  { match: ["POST /v1/payment_links", "POST /v1/payment_links/*"], price: "unpriced" },
];

function priceCreation(call: PricedCall): Quote {
  const { form } = call;
  const mode = readFormScalar(form, "mode");
  if (mode === "subscription") return priceRenewing(call);
  if (mode === "setup") return hasOnlyFields(form, ["mode", "currency", ...NOT_RAISING]) ? FREE : UNPRICED;
  if (mode !== "payment" || !hasOnlyFields(form, ["mode", "line_items", ...NOT_RAISING])) return UNPRICED;
  return priceLines(call, readFormTree(form, "line_items"));
}

function priceLines({ exchange }: PricedCall, lines: ReadonlyMap<string, string>): Quote {
  if (![...lines.keys()].every((path) => LINE.test(path))) return UNPRICED;
  let microUsd = 0;
  for (const index of new Set([...lines.keys()].map((path) => path.slice(0, path.indexOf("."))))) {
    const read = (field: string): string | undefined => lines.get(`${index}.${field}`);
    const unit = read("price_data.unit_amount") ?? read("price_data.unit_amount_decimal");
    const currency = read("price_data.currency");
    const quantity = read("quantity");
    if (unit === undefined || currency === undefined || quantity === undefined) return UNPRICED;
    if (unit.startsWith("-")) throw new Unreadable("a line takes away");
    if (read("price_data.unit_amount") !== undefined && read("price_data.unit_amount_decimal") !== undefined)
      throw new Unreadable("give the amount in one way");
    const amount = multiplySigned(unit, quantity, readCurrency(currency));
    const line = exchange.toUpperBound(amount, currency);
    if (line === undefined) return { kind: "currency_unpriced", currency };
    microUsd += line;
  }
  if (!Number.isSafeInteger(microUsd)) throw new Unreadable("the amount is above 9,000,000,000 USD");
  const toActual: AmountRest["toActual"] = (answer) => readObjectCost(answer, exchange, ["/amount_total"]);
  return lines.size === 0 ? UNPRICED : { kind: "amount", microUsd, toActual };
}
