import type { PricedCall, RouteDefinition } from "../../define-vendor.ts";
import type { Quote } from "../../quote.ts";
import { readFormScalar } from "../../reading/form-body.ts";
import { priceAmount, readObjectCost } from "./amounts.ts";
import { readPlainId } from "./fields.ts";
import { priceObject } from "./object-price.ts";

const POINTERS = ["/amount", "/amount_captured", "/amount_received"];

/** The older way to pay: a charge counts when it is made, captured or not. */
export const CHARGE_ROUTES: RouteDefinition[] = [
  { match: ["POST /v1/charges"], body: "form", price: priceCreation },
  { match: ["POST /v1/charges/*/capture"], body: "form", price: priceCapture, continues: true },
];

function priceCreation(call: PricedCall): Quote {
  const price = priceAmount(call);
  if (price.kind !== "amount") return price;
  return { ...price, toActual: (answer) => readObjectCost(answer, call.exchange, POINTERS) };
}

function priceCapture(call: PricedCall): Promise<Quote> {
  const id = readPlainId(call.segments[2]);
  const named = readFormScalar(call.form, "amount");
  return priceObject(call, { id, path: `/v1/charges/${id}`, pointers: POINTERS, named });
}
