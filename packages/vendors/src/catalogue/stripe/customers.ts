import type { VendorAnswer } from "../../answer.ts";
import type { Exchange } from "../../currency.ts";
import type { PricedCall, RouteDefinition } from "../../define-vendor.ts";
import { type Cost, type Quote, UNPRICED } from "../../quote.ts";
import { readFormScalar } from "../../reading/form-body.ts";
import { readCurrency, toPrice } from "./amounts.ts";
import { freeWithOnly, hasOnlyFields, readFormTree } from "./fields.ts";
import { readShown, readSigned, toAbsolutePrice } from "./signed-amounts.ts";

// What describes a customer. Store credit, plans (of older versions of the API) and discounts are not among it.
const DESCRIBING = [
  "address",
  "business_name",
  "default_source",
  "description",
  "email",
  "expand",
  "individual_name",
  "invoice_prefix",
  "invoice_settings",
  "metadata",
  "name",
  "next_invoice_sequence",
  "phone",
  "preferred_locales",
  "shipping",
  "tax",
  "tax_exempt",
];

/**
 * A customer costs nothing in itself; credit given to one is money. A new source of an existing one is not free:
 * Stripe then tries again to collect what is past due. https://docs.stripe.com/api/customers/update
 */
export const CUSTOMER_ROUTES: RouteDefinition[] = [
  { match: ["POST /v1/customers/*/balance_transactions"], body: "form", price: priceStoreCredit },
  { match: ["POST /v1/customers/*/balance_transactions/*/*"], price: "unpriced" },
  {
    match: ["POST /v1/customers/*/balance_transactions/*"],
    body: "form",
    price: freeWithOnly("description", "expand", "metadata"),
  },
  { match: ["DELETE /v1/customers/*/tax_ids/*/*"], price: "unpriced" },
  { match: ["POST /v1/customers/*/tax_ids", "DELETE /v1/customers/*/tax_ids/*"], price: "free" },
  {
    match: [
      "POST /v1/customers/*/cash_balance",
      "POST /v1/customers/*/funding_instructions",
      "POST /v1/customers/*/sources",
      "POST /v1/customers/*/sources/*",
      "DELETE /v1/customers/*/sources/*",
      "DELETE /v1/customers/*/discount",
      "POST /v1/customers/*/*",
      "DELETE /v1/customers/*/*",
    ],
    price: "unpriced",
  },
  {
    match: ["POST /v1/customers"],
    body: "form",
    price: freeWithOnly(...DESCRIBING, "payment_method", "source", "tax_id_data", "test_clock", "validate"),
  },
  { match: ["POST /v1/customers/*"], body: "form", price: freeWithOnly(...DESCRIBING) },
  { match: ["DELETE /v1/customers/*"], price: "free" },
  { match: ["POST /v1/billing/credit_grants"], body: "form", price: priceCreditGrant },
  {
    match: ["POST /v1/billing/credit_grants/*/expire", "POST /v1/billing/credit_grants/*/void"],
    price: "free",
  },
  { match: ["POST /v1/billing/credit_grants/*/*"], price: "unpriced" },
  { match: ["POST /v1/billing/credit_grants/*"], body: "form", price: freeWithOnly("expand", "metadata") },
];

/** A negative amount gives the customer credit, a positive one debt that the next invoice collects. */
function priceStoreCredit({ form, exchange }: PricedCall): Quote {
  const amount = readFormScalar(form, "amount");
  const currency = readFormScalar(form, "currency");
  if (amount === undefined || currency === undefined) return UNPRICED;
  return toAbsolutePrice(readSigned(amount, readCurrency(currency)), currency, exchange, {
    toActual: (answer) => readChange(answer, exchange),
  });
}

function readChange({ json }: VendorAnswer, exchange: Exchange): Cost | undefined {
  const shown = readShown(json);
  const microUsd = shown && exchange.toMicroUsd(shown.amount, shown.currency);
  return microUsd === undefined ? undefined : { microUsd };
}

function priceCreditGrant({ form, exchange }: PricedCall): Quote {
  const amount = readFormTree(form, "amount");
  const value = amount.get("monetary.value");
  const currency = amount.get("monetary.currency");
  if (value === undefined || currency === undefined || !hasOnlyFields(form, GRANT_FIELDS)) return UNPRICED;
  return toPrice(value, readCurrency(currency), exchange, {});
}

const GRANT_FIELDS = [
  "amount",
  "applicability_config",
  "category",
  "customer",
  "customer_account",
  "effective_at",
  "expand",
  "expires_at",
  "metadata",
  "name",
  "priority",
];
