import { toMicroUsd } from "@keybrake/core/protocol";
import type { VendorAnswer } from "./answer.ts";
import { countItems } from "./count-items.ts";
import type { Exchange } from "./currency.ts";
import { priceDeclaredAmount, readDeclaredCost } from "./declared-amount.ts";
import type { PricedCall, RouteDefinition } from "./define-vendor.ts";
import { multiply as multiplyCost } from "./multiply.ts";
import { type AmountQuote, type Cost, type Quote, UNPRICED } from "./quote.ts";
import { JsonNumber, type JsonValue, readPointer } from "./reading/json-body.ts";
import { Unreadable } from "./reading/unreadable.ts";

/** A route as the configuration file writes it. */
export interface DeclaredRoute {
  match: string | string[];
  /**
   * Where the amount stands: a JSON pointer, or `/field` of a form. `*` stands for every item of a list. The amounts
   * at several pointers, and at every item, are added up.
   */
  amount?: string | string[] | undefined;
  /** Where the currency stands: one for all amounts, or one beside each. Default: the amounts are USD. */
  currency?: string | undefined;
  /** `major` 12.34 dollars, `minor` 1234 cents. Required with an amount. */
  scale?: "major" | "minor" | undefined;
  /** Default `json`. */
  body?: "json" | "form" | undefined;
  /** What every call costs, whatever it says. */
  per_call_usd?: number | undefined;
  /**
   * Lists (JSON pointers; `*` stands for every item of a list) whose items are counted together; each costs
   * `per_call_usd`. A call without any item is refused.
   */
  multiply?: string[] | undefined;
  /**
   * How a 2xx answer tells that the vendor did it: by the value that stands there then, `null` for none at all.
   * Another value means that nothing was done; where `equals` is a value and none stands there, nobody can tell.
   */
  success?: { pointer: string; equals: boolean | number | string | null } | undefined;
  /**
   * Where a 2xx response tells the actual cost, whatever the call had reserved: one JSON pointer or several that are added
   * up, with the currency as for `amount`. `scale` defaults to the route's, or to `major`.
   */
  cost?:
    | { answer: string | string[]; currency?: string | undefined; scale?: "major" | "minor" | undefined }
    | undefined;
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
  if (route.cost !== undefined && (route.price === "free" || route.price === "secret")) {
    throw new TypeError(`a ${route.price} route has no cost to read`);
  }
  if (route.price === "unpriced" && route.cost !== undefined) {
    return { match, readsQuery: true, price: ({ exchange }) => withActual(route, UNPRICED, exchange) };
  }
  if (route.price !== undefined) return { match, price: route.price };
  if (route.amount !== undefined && route.scale === undefined) {
    throw new TypeError('an amount needs a scale, "major" or "minor"');
  }
  if (route.multiply !== undefined && route.per_call_usd === undefined) {
    throw new TypeError("multiply counts what costs per_call_usd each, so it needs per_call_usd");
  }
  if (route.multiply !== undefined && route.body === "form") {
    throw new TypeError("multiply counts in JSON, so its body can't be a form");
  }
  const readsBody = route.amount !== undefined || route.multiply !== undefined;
  return {
    match,
    // A fixed price is the same whatever the query says, and there are GETs that cost money.
    ...(readsBody ? { body: route.body ?? "json" } : { readsQuery: true }),
    price: (call) => withActual(route, toPrice(route, call), call.exchange),
  };
}

function toPrice(route: DeclaredRoute, call: PricedCall): Quote {
  const { amount, currency, scale = "major" } = route;
  return amount === undefined
    ? priceEach(route, call)
    : priceDeclaredAmount({ amount, currency, scale }, call);
}

function priceEach({ per_call_usd = 0, multiply }: DeclaredRoute, { json }: PricedCall): AmountQuote {
  const each = toMicroUsd(per_call_usd) ?? 0;
  if (multiply === undefined) return { kind: "amount", microUsd: each };
  const count = multiply.reduce((sum, pointer) => sum + countItems(json, pointer), 0);
  // What the operator's pointers don't find may stand where the vendor looks.
  if (count === 0) throw new Unreadable(`nothing to be counted stands at ${multiply.join(" or ")}`);
  return { kind: "amount", microUsd: multiplyCost(each, count) };
}

/** Reads from the response whether the vendor did it, and what it cost. */
function withActual(route: DeclaredRoute, price: Quote, exchange: Exchange): Quote {
  const { success, cost, scale = "major" } = route;
  if ((success === undefined && cost === undefined) || price.kind === "currency_unpriced") return price;
  if (price.kind === "free") return price;
  return {
    ...price,
    toActual({ json }: VendorAnswer): Cost | "nothing" | undefined {
      if (json === undefined) return undefined;
      const isDone = success === undefined || tellsSuccess(success, json);
      if (isDone === false) return "nothing";
      if (cost === undefined)
        return isDone && price.kind === "amount" ? { microUsd: price.microUsd } : undefined;
      const { answer: amount, currency } = cost;
      const microUsd = readDeclaredCost({ amount, currency, scale: cost.scale ?? scale }, json, exchange);
      return microUsd === undefined ? undefined : { microUsd };
    },
  };
}

/** Whether the vendor did it; `undefined` if the response doesn't tell. */
function tellsSuccess(
  { pointer, equals }: NonNullable<DeclaredRoute["success"]>,
  json: JsonValue,
): boolean | undefined {
  const value = readPointer(json, pointer) ?? null;
  if (equals === null) return value === null;
  if (value === null || value instanceof Map || Array.isArray(value)) return undefined;
  return toText(value) === String(equals);
}

function toText(value: boolean | string | JsonNumber): string {
  return value instanceof JsonNumber ? value.lexeme : String(value);
}
