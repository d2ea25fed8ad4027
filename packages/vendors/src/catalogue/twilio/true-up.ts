import type { VendorAnswer } from "../../answer.ts";
import type { Amount, Exchange } from "../../currency.ts";
import type { PricedCall } from "../../define-vendor.ts";
import type { TrueUp } from "../../quote.ts";
import { readPointer } from "../../reading/json-body.ts";

/**
 * Asks for the price of a message or a call, which stands on it once it has been billed: up to a day later.
 *
 * @see https://help.twilio.com/articles/46871410243099
 */
export function followPrice({
  segments,
  exchange,
}: PricedCall): (answer: VendorAnswer) => TrueUp | undefined {
  return ({ json }) => {
    const sid = readPointer(json, "/sid");
    const [version = "", accounts = "", account = "", collection = ""] = segments;
    const name = collection.replace(/\.json$/, "");
    if (typeof sid !== "string" || ![sid, account].every((part) => /^[A-Za-z0-9]+$/.test(part)))
      return undefined;
    return {
      path: `/${version}/${accounts}/${account}/${name}/${sid}.json`,
      read: (current) => readPrice(current, exchange),
    };
  };
}

/** `"-0.00750"`, in any currency; `undefined` while there is none, or none that can be converted. */
function readPrice({ json }: VendorAnswer, exchange: Exchange): number | undefined {
  const price = readPointer(json, "/price");
  const currency = readPointer(json, "/price_unit");
  const amount = typeof price === "string" ? toAmount(price) : undefined;
  return amount && typeof currency === "string" ? exchange.toMicroUsd(amount, currency) : undefined;
}

function toAmount(price: string): Amount | undefined {
  const match = /^-?([0-9]{1,9})(?:\.([0-9]{1,12}))?$/.exec(price);
  if (!match) return undefined;
  const [, whole = "", fraction = ""] = match;
  return { units: BigInt(whole + fraction), exponent: fraction.length };
}
