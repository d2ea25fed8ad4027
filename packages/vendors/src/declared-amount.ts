import { MAX_MICRO_USD } from "@keybrake/core/protocol";
import { type Exchange, readMajorUnits, readMinorUnits } from "./currency.ts";
import type { PricedCall } from "./define-vendor.ts";
import type { Quote } from "./quote.ts";
import { readFormScalar } from "./reading/form-body.ts";
import { type JsonValue, readPointer, refuseIndex, toLexeme } from "./reading/json-body.ts";
import { Unreadable } from "./reading/unreadable.ts";

/** Where the amounts of a call stand. */
export interface DeclaredAmount {
  /** JSON pointers, or `/field` of a form. `*` stands for every item of a list. What stands there is added up. */
  amount: string | readonly string[];
  /** One currency for all amounts, or one beside each: then its pointer has the same `*`. Default: USD. */
  currency?: string | undefined;
  scale: "major" | "minor";
}

/**
 * The sum of all amounts that a call names. Of several pointers, some may find nothing: an order without a tip.
 *
 * @throws {Unreadable} no pointer finds an amount, one finds something else, or an index leaves out items of a list
 */
export function priceDeclaredAmount(
  declared: DeclaredAmount,
  { form, json, exchange }: Pick<PricedCall, "form" | "json" | "exchange">,
): Quote {
  const read = (pointer: string): string[] => {
    if (json !== undefined) return readAll(json, pointer.split("/").slice(1), pointer);
    const value = readFormScalar(form, pointer.slice(1));
    return value === undefined ? [] : [value];
  };
  const sum = addUp(declared, read, exchange.toUpperBound);
  return typeof sum === "string"
    ? { kind: "currency_unpriced", currency: sum }
    : { kind: "amount", microUsd: sum };
}

/**
 * The sum of all amounts that a response names, in micro-USD; `undefined` if a currency has no rate.
 *
 * @throws {Unreadable} as {@link priceDeclaredAmount}
 */
export function readDeclaredCost(
  declared: DeclaredAmount,
  json: JsonValue,
  exchange: Exchange,
): number | undefined {
  const read = (pointer: string): string[] => readAll(json, pointer.split("/").slice(1), pointer);
  const sum = addUp(declared, read, exchange.toMicroUsd);
  return typeof sum === "string" ? undefined : sum;
}

/** The sum in micro-USD, or the currency that has no rate. */
function addUp(
  { amount, currency, scale }: DeclaredAmount,
  read: (pointer: string) => string[],
  convert: Exchange["toMicroUsd"],
): number | string {
  const pointers = [amount].flat();
  const amounts = pointers.flatMap(read);
  if (amounts.length === 0)
    throw new Unreadable(`${pointers.join(" and ")} ${pointers.length > 1 ? "are" : "is"} missing`);
  const currencies = currency === undefined ? ["USD"] : read(currency);
  if (currencies.length === 0) throw new Unreadable(`${currency} is missing`);
  if (currencies.length > 1 && currencies.length !== amounts.length) {
    throw new Unreadable(`${currency} names ${currencies.length} currencies for ${amounts.length} amounts`);
  }
  let microUsd = 0;
  for (const [index, text] of amounts.entries()) {
    const code = (currencies.length > 1 ? currencies[index] : currencies[0]) ?? "";
    const units = scale === "minor" ? readMinorUnits(text, code) : readMajorUnits(text);
    const part = convert(units, code);
    if (part === undefined) return code;
    microUsd += part;
  }
  if (microUsd > MAX_MICRO_USD) throw new Unreadable("the amounts add up to more than 9,000,000,000 USD");
  return microUsd;
}

/** Every amount at a pointer. */
function readAll(
  value: JsonValue | undefined,
  [token, ...rest]: readonly string[],
  pointer: string,
): string[] {
  if (value === undefined || value === null) return [];
  if (token === undefined) {
    const text = toLexeme(value);
    if (text === undefined) throw new Unreadable(`${pointer} must be a number or a string`);
    return [text];
  }
  if (token === "*") {
    if (!Array.isArray(value)) throw new Unreadable(`${pointer} needs a list where the * stands`);
    return value.flatMap((item) => readAll(item, rest, pointer));
  }
  refuseIndex(value, pointer);
  return readAll(readPointer(value, `/${token}`), rest, pointer);
}
