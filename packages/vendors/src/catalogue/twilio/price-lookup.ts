import type { Pricer } from "../../define-vendor.ts";
import { multiply } from "../../multiply.ts";
import type { PriceBook } from "../../price-book.ts";
import { FREE, type Quote, UNPRICED } from "../../quote.ts";
import { hasFormField, readFormScalar } from "../../reading/form-body.ts";

const NO_PRICE: Quote = {
  kind: "unpriced",
  hint: "A data package in Fields has no price: the operator can add one to vendors.twilio.prices.lookup.",
};

// Whether the number can exist at all, which is told without a package too.
const FREE_FIELD = "validation";

/**
 * A lookup costs by the data packages that `Fields` asks for, though it is a GET.
 *
 * @see https://www.twilio.com/docs/lookup/v2-api
 */
export function createLookupPricer(prices: PriceBook): Pricer {
  return ({ method, segments, query }) => {
    if ((method !== "GET" && method !== "HEAD") || segments.length !== 4) return UNPRICED;
    const fields = (readFormScalar(query, "Fields") ?? "").split(",").map((name) => name.trim());
    const asked = fields.filter((name) => name !== "" && name !== FREE_FIELD);
    if (asked.length === 0) return FREE;
    const costs = asked.map((name) => prices.get("lookup", name));
    if (!costs.every((cost) => cost !== undefined)) return NO_PRICE;
    const microUsd = multiply(
      costs.reduce((sum, cost) => sum + cost, 0),
      1,
    );
    return { kind: "amount", microUsd, toActual: () => ({ microUsd }) };
  };
}

/** The first version, https://www.twilio.com/docs/lookup/v1-api: free where it is asked for no type and no add-on. */
export const priceLookupV1: Pricer = ({ method, query }) => {
  const isPaid = hasFormField(query, "Type") || hasFormField(query, "AddOns");
  return method === "GET" && !isPaid ? FREE : UNPRICED;
};
