import { type Amount, type Exchange, readMinorUnits } from "../../currency.ts";
import type { Quote } from "../../quote.ts";
import { type JsonValue, readPointer, toLexeme } from "../../reading/json-body.ts";
import { Unreadable } from "../../reading/unreadable.ts";
import type { AmountRest } from "./amounts.ts";

/** An amount that may take as well as give, in the currency's smallest unit or parts of it. */
export interface SignedAmount extends Amount {
  isNegative: boolean;
}

/**
 * An integer of the currency's smallest unit, with a `-` where it takes away.
 *
 * @throws {Unreadable} anything else
 */
export function readSigned(text: string, currency: string): SignedAmount {
  const isNegative = text.startsWith("-");
  return { ...readMinorUnits(isNegative ? text.slice(1) : text, currency), isNegative };
}

/**
 * A quantity of a unit's price, both with up to 12 decimals.
 *
 * @throws {Unreadable} anything else
 */
export function multiplySigned(unitAmount: string, quantity: string, currency: string): SignedAmount {
  const unit = readDecimal(unitAmount.replace(/^-/, ""));
  const count = readDecimal(quantity);
  return {
    units: unit.units * count.units,
    exponent: readMinorUnits("0", currency).exponent + unit.exponent + count.exponent,
    isNegative: unitAmount.startsWith("-"),
  };
}

function readDecimal(text: string): Amount {
  const match = /^(0|[1-9][0-9]{0,14})(?:\.([0-9]{1,12}))?$/.exec(text);
  if (!match) throw new Unreadable("an amount or a quantity must be a plain decimal");
  const [, whole = "", fraction = ""] = match;
  return { units: BigInt(whole + fraction), exponent: fraction.length };
}

/** The price of an amount that only costs where it is positive. */
export function toPositivePrice(
  amount: SignedAmount,
  currency: string,
  exchange: Exchange,
  rest: AmountRest,
): Quote {
  return toPrice(amount.isNegative ? { ...amount, units: 0n } : amount, currency, exchange, rest);
}

/** The price of an amount that costs whichever way it goes. */
export function toAbsolutePrice(
  amount: SignedAmount,
  currency: string,
  exchange: Exchange,
  rest: AmountRest,
): Quote {
  return toPrice(amount, currency, exchange, rest);
}

function toPrice(amount: Amount, currency: string, exchange: Exchange, rest: AmountRest): Quote {
  const microUsd = exchange.toUpperBound(amount, currency);
  return microUsd === undefined
    ? { kind: "currency_unpriced", currency }
    : { kind: "amount", microUsd, ...rest };
}

/** The amount that an object shows, with its currency. */
export function readShown(
  json: JsonValue | undefined,
): { amount: SignedAmount; currency: string } | undefined {
  const text = toLexeme(readPointer(json, "/amount"));
  const currency = toLexeme(readPointer(json, "/currency"));
  return text === undefined || currency === undefined
    ? undefined
    : { amount: readSigned(text, currency), currency };
}
