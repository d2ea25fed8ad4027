import { readMajorUnits } from "../../currency.ts";
import { type JsonObject, type JsonValue, readPointer, toLexeme } from "../../reading/json-body.ts";
import { Unreadable } from "../../reading/unreadable.ts";
import type { NamedMoney } from "./money-in-arguments.ts";

// What of a discount decides on when it counts, and for whom, but not on how much or how often.
const KNOWN = new Set([
  "appliesOncePerCustomer",
  "code",
  "combinesWith",
  "context",
  "customerGets",
  "customerSelection",
  "endsAt",
  "minimumRequirement",
  "startsAt",
  "title",
  "usageLimit",
]);

/**
 * The most that a discount code gives away: a fixed amount of an order, for as often as the code can be used. A share of
 * an order, an amount of every item and a code without `usageLimit` have no bound.
 *
 * @see https://shopify.dev/docs/api/admin-graphql/latest/input-objects/DiscountCodeBasicInput
 */
export function readDiscount(values: JsonObject, currency: string | undefined): NamedMoney {
  const unbounded: NamedMoney = { sums: [], isMore: true };
  const discount = values.get("basicCodeDiscount");
  if (!(discount instanceof Map)) throw new Unreadable("the discount is missing");
  const given = [...discount].filter(([, value]) => value !== null).map(([name]) => name);
  const gets = readPointer(discount, "/customerGets");
  const value = readPointer(gets, "/value");
  const off = readPointer(value, "/discountAmount");
  const limit = toLexeme(discount.get("usageLimit"));
  const amount = toLexeme(readPointer(off, "/amount"));
  const isPlain = given.every((name) => KNOWN.has(name)) && holdsOnly(value, "discountAmount");
  const isPerOrder =
    readPointer(off, "/appliesOnEachItem") === false &&
    readPointer(gets, "/appliesOnSubscription") !== true &&
    holdsOnly(off, "amount", "appliesOnEachItem") &&
    holdsOnly(gets, "appliesOnOneTimePurchase", "appliesOnSubscription", "items", "value");
  if (!isPlain || !isPerOrder || amount === undefined || limit === undefined) return unbounded;
  if (!/^[1-9][0-9]{0,8}$/.test(limit)) throw new Unreadable("usageLimit must be a plain number");
  const { units, exponent } = readMajorUnits(amount);
  return { sums: [{ amount: { units: units * BigInt(limit), exponent }, currency }], isMore: false };
}

function holdsOnly(value: JsonValue | undefined, ...names: string[]): boolean {
  return (
    value instanceof Map && [...value].every(([name, member]) => member === null || names.includes(name))
  );
}
