import type { PricedCall, RouteDefinition } from "../../define-vendor.ts";
import { type Quote, RENEWING, UNPRICED } from "../../quote.ts";
import { Unreadable } from "../../reading/unreadable.ts";
import { freeWithOnly, hasOnlyFields, readFormTree } from "./fields.ts";
import { costLines } from "./line-items.ts";
import { costShipping } from "./shipping.ts";

// What a link can have without its payments growing: no tax, options or fees.
const NOT_RAISING = [
  "active",
  "after_completion",
  "allow_promotion_codes",
  "billing_address_collection",
  "consent_collection",
  "custom_fields",
  "custom_text",
  "customer_creation",
  "expand",
  "inactive_message",
  "invoice_creation",
  "metadata",
  "name_collection",
  "payment_intent_data",
  "payment_method_collection",
  "payment_method_types",
  "phone_number_collection",
  "shipping_address_collection",
  "submit_type",
  "tax_id_collection",
];

/** A link can be paid until it has been paid as often as its restriction allows: all of it counts when it is made. */
export const PAYMENT_LINK_ROUTES: RouteDefinition[] = [
  { match: ["POST /v1/payment_links"], body: "form", price: priceCreation },
  { match: ["POST /v1/payment_links/*/*"], price: "unpriced" },
  {
    match: ["POST /v1/payment_links/*"],
    body: "form",
    price: freeWithOnly("active", "custom_text", "expand", "inactive_message", "metadata"),
  },
];

const NO_LIMIT =
  "Set restrictions[completed_sessions][limit], how often the link can be paid: the link is then priced by it.";

async function priceCreation(call: PricedCall): Promise<Quote> {
  const { form } = call;
  if (!hasOnlyFields(form, ["line_items", "restrictions", "shipping_options", ...NOT_RAISING]))
    return UNPRICED;
  const lines = await costLines(call, readFormTree(form, "line_items"));
  if (lines.kind !== "lines") return lines;
  if (lines.renews && !call.allowRecurring) return RENEWING;
  const shipping = await costShipping(call);
  if (typeof shipping === "object") return shipping;
  const limit = readFormTree(form, "restrictions").get("completed_sessions.limit");
  if (limit === undefined) return { kind: "unpriced", hint: NO_LIMIT };
  if (!/^[1-9]\d{0,8}$/.test(limit))
    throw new Unreadable("the limit of completed sessions must be an integer");
  const microUsd = (lines.microUsd + (shipping ?? 0)) * Number(limit);
  if (!Number.isSafeInteger(microUsd)) throw new Unreadable("the amount is above 9,000,000,000 USD");
  return { kind: "amount", microUsd };
}
