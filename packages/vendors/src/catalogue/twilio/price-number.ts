import type { Pricer } from "../../define-vendor.ts";
import type { PriceBook } from "../../price-book.ts";
import { RENEWING, UNPRICED } from "../../quote.ts";
import { hasFormField, readFormScalar } from "../../reading/form-body.ts";
import { Unreadable } from "../../reading/unreadable.ts";
import { getPriceTo, toMissingPrice } from "./destination.ts";

/**
 * A phone number: its first month. The others are charged without passing the proxy, so the key must allow what
 * renews. An area code is one of the USA or Canada.
 *
 * @see https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
 */
export function createNumberPricer(prices: PriceBook): Pricer {
  return ({ form, allowRecurring }) => {
    const number = readFormScalar(form, "PhoneNumber");
    const areaCode = readFormScalar(form, "AreaCode");
    if ((number === undefined) === (areaCode === undefined)) {
      throw new Unreadable("name a PhoneNumber or an AreaCode");
    }
    if (!allowRecurring) return RENEWING;
    // An emergency address costs a monthly fee of its own.
    if (hasFormField(form, "EmergencyStatus") || hasFormField(form, "EmergencyAddressSid")) return UNPRICED;
    const microUsd = getPriceTo(prices, "number", number ?? `+1${areaCode}0000000`);
    return microUsd === undefined
      ? { kind: "unpriced", hint: toMissingPrice("number") }
      : { kind: "amount", microUsd, toActual: () => ({ microUsd }) };
  };
}
