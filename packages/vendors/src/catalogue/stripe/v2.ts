import type { VendorAnswer } from "../../answer.ts";
import { type Exchange, readMinorUnits } from "../../currency.ts";
import type { PricedCall, RouteDefinition } from "../../define-vendor.ts";
import { type Cost, type Quote, UNPRICED } from "../../quote.ts";
import { type JsonValue, readPointer, toLexeme } from "../../reading/json-body.ts";
import { Unreadable } from "../../reading/unreadable.ts";
import { type AmountRest, readCurrency, toPrice } from "./amounts.ts";
import { readPlainId } from "./fields.ts";

const MONEY = "/v2/money_management";

/** The second version of the API takes JSON, with amounts as `{ value, currency }`. What is not named here has no price. */
export const V2_ROUTES: RouteDefinition[] = [
  {
    match: [
      `POST ${MONEY}/outbound_payments`,
      `POST ${MONEY}/inbound_transfers`,
      `POST ${MONEY}/payout_intents`,
    ],
    body: "json",
    price: priceCreation,
  },
  {
    match: [`POST ${MONEY}/outbound_payments/*/cancel`, `POST ${MONEY}/payout_intents/*/cancel`],
    price: "free",
  },
  { match: [`POST ${MONEY}/payout_intents/*/confirm`], price: priceConfirmation, continues: true },
  { match: ["POST /v2/billing/meter_event_stream"], price: "unpriced", upstream: "meter_events" },
  {
    match: [
      "POST /v2/billing/meter_events",
      "POST /v2/billing/meter_event_adjustments",
      "POST /v2/commerce/*",
      "POST /v2/core/*",
      "DELETE /v2/core/*",
      `POST ${MONEY}/*`,
      "POST /v2/test_helpers/*",
      "POST /v2/*",
      "PUT /v2/*",
      "PATCH /v2/*",
      "DELETE /v2/*",
    ],
    price: "unpriced",
  },
];

function priceCreation({ json, exchange }: PricedCall): Quote {
  const amount = readAmount(json);
  if (amount === undefined) throw new Unreadable("amount must be { value, currency }");
  return toPrice(amount.value, readCurrency(amount.currency), exchange, toRest(exchange));
}

/** An intent was counted when it was made; one made elsewhere is looked up. */
async function priceConfirmation({ segments, exchange, getExposure, lookUp }: PricedCall): Promise<Quote> {
  const id = readPlainId(segments[3]);
  const rest = { ...toRest(exchange), objectId: id };
  const counted = await getExposure(id);
  if (counted !== undefined) return { kind: "amount", microUsd: counted, ...rest };
  const amount = readAmount(await lookUp(`${MONEY}/payout_intents/${id}`));
  return amount === undefined ? UNPRICED : toPrice(amount.value, amount.currency, exchange, rest);
}

function toRest(exchange: Exchange): AmountRest {
  return { toActual: ({ json }: VendorAnswer) => readCost(json, exchange) };
}

function readCost(json: JsonValue | undefined, exchange: Exchange): Cost | undefined {
  const amount = readAmount(json);
  const id = readPointer(json, "/id");
  if (amount === undefined || typeof id !== "string") return undefined;
  const microUsd = exchange.toMicroUsd(readMinorUnits(amount.value, amount.currency), amount.currency);
  return microUsd === undefined ? undefined : { microUsd, objectId: id };
}

/** The value is a number, or the same as a string. */
function readAmount(json: JsonValue | undefined): { value: string; currency: string } | undefined {
  const value = toLexeme(readPointer(json, "/amount/value"));
  const currency = toLexeme(readPointer(json, "/amount/currency"));
  return value === undefined || currency === undefined ? undefined : { value, currency };
}
