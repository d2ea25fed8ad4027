import type { VendorAnswer } from "../../answer.ts";
import { type Exchange, readMinorUnits } from "../../currency.ts";
import type { PricedCall, Pricer } from "../../define-vendor.ts";
import { type AmountQuote, type Cost, type Quote, UNPRICED } from "../../quote.ts";
import { readFormScalar } from "../../reading/form-body.ts";
import { type JsonValue, readPointer, toLexeme } from "../../reading/json-body.ts";
import { Unreadable } from "../../reading/unreadable.ts";

/** Whose exposure an amount is, and how the answer tells the true one. */
export type AmountRest = Pick<AmountQuote, "objectId" | "partIds" | "toActual">;

/**
 * @throws {Unreadable} anything but a code of three letters
 */
export function readCurrency(currency: string | undefined): string {
  if (currency === undefined || !/^[A-Za-z]{3}$/.test(currency)) {
    throw new Unreadable("currency must be a code of three letters");
  }
  return currency;
}

/** The price of an amount in minor units; the answer tells the true one unless said otherwise. */
export function toPrice(amount: string, currency: string, exchange: Exchange, rest?: AmountRest): Quote {
  const microUsd = exchange.toUpperBound(readMinorUnits(amount, currency), currency);
  if (microUsd === undefined) return { kind: "currency_unpriced", currency };
  return { kind: "amount", microUsd, toActual: (answer) => readCost(answer, exchange), ...rest };
}

/** The largest of these amounts in minor units. */
export function maxAmount(amounts: readonly string[]): string {
  let largest = "0";
  for (const text of amounts) {
    if (readMinorUnits(text, "usd").units > BigInt(largest)) largest = text;
  }
  return largest;
}

/** The amounts that stand at these pointers. */
export function readAmounts(json: JsonValue | undefined, pointers: readonly string[]): string[] {
  return pointers.map((pointer) => toLexeme(readPointer(json, pointer))).filter((text) => text !== undefined);
}

/** The cost by an answer: the largest of the amounts at these pointers. */
export function readCost(
  { json }: VendorAnswer,
  exchange: Exchange,
  pointers: readonly string[] = ["/amount"],
): Cost | undefined {
  const currency = toLexeme(readPointer(json, "/currency"));
  const amounts = readAmounts(json, pointers);
  if (currency === undefined || amounts.length === 0) return undefined;
  const microUsd = exchange.toMicroUsd(readMinorUnits(maxAmount(amounts), currency), currency);
  return microUsd === undefined ? undefined : { microUsd };
}

/** The same, as the whole exposure of the object that was answered. */
export function readObjectCost(
  answer: VendorAnswer,
  exchange: Exchange,
  pointers?: readonly string[],
): Cost | undefined {
  const cost = readCost(answer, exchange, pointers);
  const id = readPointer(answer.json, "/id");
  return cost && typeof id === "string" ? { ...cost, objectId: id } : cost;
}

/** A call that says itself what it moves. */
export function priceAmount({ form, exchange }: PricedCall): Quote {
  const amount = readFormScalar(form, "amount");
  const currency = readFormScalar(form, "currency");
  if (amount === undefined) throw new Unreadable("amount is missing");
  return toPrice(amount, readCurrency(currency), exchange);
}

/** The same where leaving the amount out is allowed, and means an amount that nobody has told. */
export function priceOptionalAmount(call: PricedCall): Quote {
  return readFormScalar(call.form, "amount") === undefined ? UNPRICED : priceAmount(call);
}

/**
 * A call that takes back an amount of an earlier movement, or all that is left of it. It names no currency: that,
 * and what is left, are looked up.
 *
 * @param toPath where that movement stands; `undefined` where the call does not name it
 * @param taken where it says how much was taken back before
 */
export function priceRest(toPath: (call: PricedCall) => string | undefined, taken: string): Pricer {
  return async (call) => {
    const path = toPath(call);
    if (path === undefined) return UNPRICED;
    const given = readFormScalar(call.form, "amount");
    const moved = await call.lookUp(path);
    const currency = toLexeme(readPointer(moved, "/currency"));
    const amount = given ?? readRest(moved, taken);
    if (currency === undefined || amount === undefined) return UNPRICED;
    return toPrice(amount, currency, call.exchange);
  };
}

/** What is left of a movement; all of it where it does not show what was taken back. */
export function readRest(moved: JsonValue | undefined, taken: string): string | undefined {
  const amount = toLexeme(readPointer(moved, "/amount"));
  const before = toLexeme(readPointer(moved, taken)) ?? "0";
  if (amount === undefined) return undefined;
  return String(readMinorUnits(amount, "usd").units - readMinorUnits(before, "usd").units);
}
