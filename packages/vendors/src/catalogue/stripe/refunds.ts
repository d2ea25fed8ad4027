import type { PricedCall, RouteDefinition } from "../../define-vendor.ts";
import { type Quote, UNPRICED } from "../../quote.ts";
import { readFormScalar } from "../../reading/form-body.ts";
import { readPointer, toLexeme } from "../../reading/json-body.ts";
import { Unreadable } from "../../reading/unreadable.ts";
import { priceRest, readCurrency, readRest, toPrice } from "./amounts.ts";
import { readPlainId } from "./fields.ts";

/** What gives back what was paid before. None of these names a currency, and leaving the amount out means the rest. */
export const REFUND_ROUTES: RouteDefinition[] = [
  { match: ["POST /v1/refunds", "POST /v1/terminal/readers/*/refund_payment"], body: "form", price },
  {
    match: ["POST /v1/application_fees/*/refunds"],
    body: "form",
    price: priceRest(
      ({ segments }) => `/v1/application_fees/${readPlainId(segments[2])}`,
      "/amount_refunded",
    ),
  },
  {
    match: ["POST /v1/transfers/*/reversals"],
    body: "form",
    price: priceRest(({ segments }) => `/v1/transfers/${readPlainId(segments[2])}`, "/amount_reversed"),
  },
];

/** A refund's currency is the charge's, so the charge is looked up. */
async function price({ form, exchange, lookUp }: PricedCall): Promise<Quote> {
  const charge = readFormScalar(form, "charge");
  const intent = readFormScalar(form, "payment_intent");
  const given = readFormScalar(form, "amount");
  const currency = readFormScalar(form, "currency");
  if (charge !== undefined && intent !== undefined) {
    throw new Unreadable("name a charge or a payment_intent, not both");
  }
  const id = charge ?? intent;
  // Cash of a customer that no charge has used names its own currency.
  if (id === undefined) {
    return given === undefined || currency === undefined
      ? UNPRICED
      : toPrice(given, readCurrency(currency), exchange);
  }
  readPlainId(id);
  const paid = await lookUp(charge === undefined ? `/v1/payment_intents/${id}` : `/v1/charges/${id}`);
  const paidIn = toLexeme(readPointer(paid, "/currency"));
  if (currency !== undefined && currency.toLowerCase() !== paidIn?.toLowerCase()) {
    throw new Unreadable("the currency is not that of what is refunded");
  }
  const amount = given ?? readRest(paid, "/amount_refunded");
  return paidIn === undefined || amount === undefined ? UNPRICED : toPrice(amount, paidIn, exchange);
}
