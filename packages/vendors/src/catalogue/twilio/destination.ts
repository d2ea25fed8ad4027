import type { PriceBook } from "../../price-book.ts";

const E164 = /^\+[1-9][0-9]{6,14}$/;

/**
 * What a list asks for a phone number, by the longest prefix. Anything but a whole number in E.164 (`whatsapp:…`, a
 * national number, a SIP address) has no price: where it leads, its beginning does not tell.
 */
export function getPriceTo(prices: PriceBook, list: string, to: string): number | undefined {
  return E164.test(to) ? prices.getByPrefix(list, to) : undefined;
}
