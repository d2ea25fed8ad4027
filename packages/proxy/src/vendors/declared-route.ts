import { toMicroUsd } from "@keybrake/core/protocol";
import { type FormFields, readFormScalar } from "../reading/form-body.ts";
import { type JsonValue, readPointer, toLexeme } from "../reading/json-body.ts";
import { Unreadable } from "../reading/unreadable.ts";
import { readMajorUnits, readMinorUnits } from "./currency.ts";
import type { PricedCall, RouteDefinition } from "./define-vendor.ts";
import type { Price } from "./price.ts";

/** A route as the configuration file writes it. */
export interface DeclaredRoute {
  match: string | string[];
  /** Where the amount stands: a JSON pointer, or `/field` of a form. */
  amount?: string | undefined;
  /** Where the currency stands. Default: the amount is USD. */
  currency?: string | undefined;
  /** `major` 12.34 dollars, `minor` 1234 cents. Required with an amount. */
  scale?: "major" | "minor" | undefined;
  /** Default `json`. */
  body?: "json" | "form" | undefined;
  /** What every call costs, whatever it says. */
  per_call_usd?: number | undefined;
  price?: "free" | "unpriced" | undefined;
}

/**
 * A route of the configuration as the pipeline uses it.
 *
 * @throws {TypeError} not exactly one of `amount`, `per_call_usd` and `price`
 */
export function declareRoute(route: DeclaredRoute): RouteDefinition {
  const match = [route.match].flat();
  const ways = [route.amount, route.per_call_usd, route.price].filter((way) => way !== undefined);
  if (ways.length !== 1) throw new TypeError("give exactly one of amount, per_call_usd and price");
  if (route.price !== undefined) return { match, price: route.price };
  if (route.per_call_usd !== undefined) {
    const microUsd = toMicroUsd(route.per_call_usd) ?? 0;
    return { match, price: () => ({ kind: "amount", microUsd }) };
  }
  if (route.scale === undefined) throw new TypeError('an amount needs a scale, "major" or "minor"');
  return { match, body: route.body ?? "json", price: (call) => priceDeclared(route, call) };
}

function priceDeclared(
  { amount = "", currency, scale }: DeclaredRoute,
  { form, json, exchange }: PricedCall,
): Price {
  const text = readField(amount, form, json);
  if (text === undefined) throw new Unreadable(`${amount} is missing`);
  const code = currency === undefined ? "USD" : readField(currency, form, json);
  if (code === undefined) throw new Unreadable(`${currency} is missing`);
  const microUsd = exchange.toUpperBound(
    scale === "minor" ? readMinorUnits(text, code) : readMajorUnits(text),
    code,
  );
  return microUsd === undefined
    ? { kind: "currency_unpriced", currency: code }
    : { kind: "amount", microUsd };
}

function readField(pointer: string, form: FormFields, json: JsonValue | undefined): string | undefined {
  return json === undefined ? readFormScalar(form, pointer.slice(1)) : toLexeme(readPointer(json, pointer));
}
