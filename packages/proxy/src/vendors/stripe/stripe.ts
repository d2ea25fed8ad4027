import { hasFormField, readFormScalar } from "../../reading/form-body.ts";
import { type JsonValue, readPointer, toLexeme } from "../../reading/json-body.ts";
import { Unreadable } from "../../reading/unreadable.ts";
import { type Exchange, readMinorUnits } from "../currency.ts";
import type { PricedCall, VendorDefinition } from "../define-vendor.ts";
import { type Cost, FREE, type Price, UNPRICED } from "../price.ts";
import type { VendorAnswer } from "../vendor-answer.ts";

/** Stripe's API. Prices follow https://docs.stripe.com/api; amounts are the currency's smallest unit. */
export const stripe: VendorDefinition = {
  name: "stripe",
  upstream: "https://api.stripe.com",
  upstreams: { files: "https://files.stripe.com", connect: "https://connect.stripe.com" },
  auth: { authorization: "Bearer {{secret}}" },
  accountHeaders: ["stripe-account", "stripe-context"],
  // https://docs.stripe.com/api/idempotent_requests
  idempotency: {
    header: "idempotency-key",
    isReplay: (headers) => headers["idempotent-replayed"] === "true",
  },
  jsonToForm: true,
  refusedStatuses: [400, 401, 402, 403, 404, 405, 413, 415, 422, 429],
  // GET /v1/issuing/cards/{id}?expand[]=number shows a whole card number
  secretQuery: /expand[^=]*=[^&]*\b(?:number|cvc)\b/i,
  routes: [
    {
      match: [
        "/oauth/*",
        "POST /v1/ephemeral_keys",
        "POST /v1/webhook_endpoints",
        "POST /v1/webhook_endpoints/*",
        "/v1/apps/secrets",
        "/v1/apps/secrets/*",
        "/v1/forwarding/*",
        "POST /v1/account_sessions",
        // A card's number and code can be asked for with expand[], here in the body and above in the query.
        "POST /v1/issuing/*",
      ],
      price: "secret",
    },
    { match: ["POST /v1/payment_intents", "POST /v1/charges"], body: "form", price: priceAmount },
    { match: ["POST /v1/payment_intents/*/cancel"], price: "free" },
    { match: ["POST /v1/refunds"], body: "form", price: priceRefund },
    // Below a customer there are subscriptions, balance transactions and cash: none of them is free.
    { match: ["POST /v1/customers/*/*", "DELETE /v1/customers/*/*"], price: "unpriced" },
    { match: ["POST /v1/customers", "POST /v1/customers/*"], body: "form", price: priceCustomer },
    { match: ["DELETE /v1/customers/*"], price: "free" },
    { match: ["POST /v1/files"], price: "unpriced", upstream: "files" },
    { match: ["GET /v1/files/*/contents"], price: "free", upstream: "files" },
  ],
};

/** A payment intent counts in full when it is created: its payer may confirm it without passing the proxy. */
function priceAmount({ form, exchange }: PricedCall): Price {
  const amount = readFormScalar(form, "amount");
  const currency = readFormScalar(form, "currency");
  if (amount === undefined) throw new Unreadable("amount is missing");
  return toPrice(amount, readCurrency(currency), exchange);
}

/**
 * A refund names its amount at most, never its currency: both are the charge's, so the charge is looked up.
 */
async function priceRefund({ form, exchange, lookUp }: PricedCall): Promise<Price> {
  const charge = readFormScalar(form, "charge");
  const intent = readFormScalar(form, "payment_intent");
  const id = charge ?? intent;
  if (id === undefined) return UNPRICED;
  if (charge !== undefined && intent !== undefined)
    throw new Unreadable("name a charge or a payment_intent, not both");
  if (!/^[A-Za-z0-9_]+$/.test(id)) throw new Unreadable("the id of what is refunded is not plain");
  const paid = await lookUp(charge === undefined ? `/v1/payment_intents/${id}` : `/v1/charges/${id}`);
  const currency = toLexeme(readPointer(paid, "/currency"));
  if (currency === undefined) return UNPRICED;
  const amount = readFormScalar(form, "amount") ?? readRefundable(paid);
  return amount === undefined ? UNPRICED : toPrice(amount, currency, exchange);
}

/** What is left to refund, or an upper bound of it: an intent does not show what was refunded already. */
function readRefundable(paid: JsonValue | undefined): string | undefined {
  const amount = toLexeme(readPointer(paid, "/amount"));
  const refunded = toLexeme(readPointer(paid, "/amount_refunded")) ?? "0";
  if (amount === undefined) return undefined;
  return String(readMinorUnits(amount, "usd").units - readMinorUnits(refunded, "usd").units);
}

// Store credit, under its older name too, and the plan by which older versions of the API begin a subscription.
const CUSTOMER_MONEY = ["balance", "account_balance", "cash_balance", "plan", "items"];

/** A customer costs nothing in itself. */
function priceCustomer({ form }: PricedCall): Price {
  return CUSTOMER_MONEY.some((name) => hasFormField(form, name)) ? UNPRICED : FREE;
}

function toPrice(amount: string, currency: string, exchange: Exchange): Price {
  const microUsd = exchange.toUpperBound(readMinorUnits(amount, currency), currency);
  if (microUsd === undefined) return { kind: "currency_unpriced", currency };
  return { kind: "amount", microUsd, toActual: (answer) => readActual(answer, exchange) };
}

/** A reader's tip may raise what is received above the intent's amount, so the larger of both is the cost. */
function readActual({ json }: VendorAnswer, exchange: Exchange): Cost | undefined {
  const currency = toLexeme(readPointer(json, "/currency"));
  if (currency === undefined) return undefined;
  const costs = ["/amount", "/amount_received"]
    .map((pointer) => toLexeme(readPointer(json, pointer)))
    .filter((text) => text !== undefined)
    .map((text) => exchange.toMicroUsd(readMinorUnits(text, currency), currency))
    .filter((cost) => cost !== undefined);
  return costs.length === 0 ? undefined : { microUsd: Math.max(...costs) };
}

function readCurrency(currency: string | undefined): string {
  if (currency === undefined || !/^[A-Za-z]{3}$/.test(currency)) {
    throw new Unreadable("currency must be a code of three letters");
  }
  return currency;
}
