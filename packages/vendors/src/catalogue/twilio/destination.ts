import type { PriceBook } from "../../price-book.ts";
import { Unreadable } from "../../reading/unreadable.ts";

const E164 = /^\+[1-9][0-9]{6,14}$/;

/**
 * What a list asks for a phone number, by the longest prefix. Anything but a whole number in E.164 (`whatsapp:…`, a
 * national number, a SIP address) has no price: where it leads, its beginning does not tell.
 *
 * @throws {Unreadable} a `+` that was sent unescaped in a form, so that it arrived as a space
 */
export function getPriceTo(prices: PriceBook, list: string, to: string): number | undefined {
  if (/^\s+[0-9]/.test(to)) {
    throw new Unreadable(
      `the number "${to.slice(0, 20)}" is not in E.164 form such as +14155550100: in a form body, + is sent as %2B`,
    );
  }
  return E164.test(to) ? prices.getByPrefix(list, to) : undefined;
}

/** For the refusal of a call whose destination has no price. */
export function toMissingPrice(list: "sms" | "mms" | "call_minute" | "channel" | "number"): string {
  return `The destination has no price: the operator can add one to vendors.twilio.prices.${list}.`;
}
