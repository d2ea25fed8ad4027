import { MAX_MICRO_USD, toMicroUsd } from "@keybrake/core/protocol";
import { type FormFields, readFormScalar } from "../reading/form-body.ts";
import { type JsonValue, readPointer, toLexeme } from "../reading/json-body.ts";
import { Unreadable } from "../reading/unreadable.ts";
import { readMajorUnits, readMinorUnits } from "./currency.ts";
import type { PricedCall, RouteDefinition } from "./define-vendor.ts";
import type { AmountPrice, Price } from "./price.ts";
import type { VendorAnswer } from "./vendor-answer.ts";

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
  /**
   * Lists (JSON pointers; `*` stands for every item of a list) whose items are counted together; each costs
   * `per_call_usd`.
   */
  multiply?: string[] | undefined;
  /** How a 2xx answer tells that the vendor did it; anything else there means that nothing was done. */
  success?: { pointer: string; equals: boolean | string } | undefined;
  price?: "free" | "unpriced" | "secret" | undefined;
}

/**
 * A route of the configuration as the pipeline uses it.
 *
 * @throws {TypeError} not exactly one of `amount`, `per_call_usd` and `price`, or what they need is missing
 */
export function declareRoute(route: DeclaredRoute): RouteDefinition {
  const match = [route.match].flat();
  const ways = [route.amount, route.per_call_usd, route.price].filter((way) => way !== undefined);
  if (ways.length !== 1) throw new TypeError("give exactly one of amount, per_call_usd and price");
  if (route.price !== undefined) return { match, price: route.price };
  if (route.amount !== undefined && route.scale === undefined) {
    throw new TypeError('an amount needs a scale, "major" or "minor"');
  }
  if (route.multiply !== undefined && route.per_call_usd === undefined) {
    throw new TypeError("multiply counts what costs per_call_usd each, so it needs per_call_usd");
  }
  const readsBody = route.amount !== undefined || route.multiply !== undefined;
  return {
    match,
    ...(readsBody ? { body: route.body ?? "json" } : {}),
    price: (call) =>
      withSuccess(route, route.amount === undefined ? priceEach(route, call) : priceAmount(route, call)),
  };
}

function priceEach({ per_call_usd = 0, multiply }: DeclaredRoute, { json }: PricedCall): AmountPrice {
  const each = toMicroUsd(per_call_usd) ?? 0;
  const count = multiply?.reduce((sum, pointer) => sum + countAt(json, pointer.split("/").slice(1)), 0) ?? 1;
  if (each * count > MAX_MICRO_USD) throw new Unreadable("the amount is above 9,000,000,000 USD");
  return { kind: "amount", microUsd: each * count };
}

/** How many items stand at a pointer: those of a list, or one for a single value. */
function countAt(value: JsonValue | undefined, [token, ...rest]: string[]): number {
  if (token === undefined)
    return Array.isArray(value) ? value.length : Number(value !== undefined && value !== null);
  if (token !== "*") return countAt(readPointer(value, `/${token}`), rest);
  if (!Array.isArray(value)) return 0;
  return value.reduce((sum: number, item) => sum + countAt(item, rest), 0);
}

function priceAmount(
  { amount = "", currency, scale }: DeclaredRoute,
  { form, json, exchange }: PricedCall,
): Price {
  const text = readField(amount, form, json);
  if (text === undefined) throw new Unreadable(`${amount} is missing`);
  const code = currency === undefined ? "USD" : readField(currency, form, json);
  if (code === undefined) throw new Unreadable(`${currency} is missing`);
  const units = scale === "minor" ? readMinorUnits(text, code) : readMajorUnits(text);
  const microUsd = exchange.toUpperBound(units, code);
  return microUsd === undefined
    ? { kind: "currency_unpriced", currency: code }
    : { kind: "amount", microUsd };
}

function withSuccess({ success }: DeclaredRoute, price: Price): Price {
  if (success === undefined || price.kind !== "amount") return price;
  const { microUsd } = price;
  return {
    ...price,
    toActual({ json }: VendorAnswer) {
      if (json === undefined) return undefined;
      return readPointer(json, success.pointer) === success.equals ? { microUsd } : "nothing";
    },
  };
}

function readField(pointer: string, form: FormFields, json: JsonValue | undefined): string | undefined {
  return json === undefined ? readFormScalar(form, pointer.slice(1)) : toLexeme(readPointer(json, pointer));
}
