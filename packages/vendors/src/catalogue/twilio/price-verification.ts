import type { Pricer } from "../../define-vendor.ts";
import { multiply } from "../../multiply.ts";
import type { PriceBook } from "../../price-book.ts";
import type { Quote } from "../../quote.ts";
import { hasFormField, readFormScalar } from "../../reading/form-body.ts";
import { Unreadable } from "../../reading/unreadable.ts";
import { getPriceTo } from "./destination.ts";

// What replaces Verify's own text, which is one segment, by one of the caller's.
const OWN_TEXT = [
  "CustomMessage",
  "CustomFriendlyName",
  "TemplateSid",
  "TemplateCustomSubstitutions",
  "Templates",
];
const OWN_TEXT_SEGMENTS = 10;

const NO_PRICE: Quote = {
  kind: "unpriced",
  hint: "A verification has no price on this channel: the operator can add verification and the channel to vendors.twilio.prices.verify, and for texts the prefix to vendors.twilio.prices.sms.",
};

/**
 * A verification: the fee for its success, which nobody but its recipient decides on, and its channel's fee.
 *
 * @see https://www.twilio.com/docs/verify/api/verification
 */
export function createVerificationPricer(prices: PriceBook): Pricer {
  function getChannelPrice(channel: string, to: string, segments: number): number | undefined {
    const own = prices.get("verify", channel);
    if (own !== undefined || channel !== "sms") return own;
    const sms = getPriceTo(prices, "sms", to);
    return sms === undefined ? undefined : multiply(sms, segments);
  }

  return ({ form }) => {
    const to = readFormScalar(form, "To");
    const channel = readFormScalar(form, "Channel");
    if (to === undefined || channel === undefined) throw new Unreadable("To or Channel is missing");
    const isOwnText = OWN_TEXT.some((name) => hasFormField(form, name));
    const success = prices.get("verify", "verification");
    const sent = getChannelPrice(channel, to, isOwnText ? OWN_TEXT_SEGMENTS : 1);
    if (success === undefined || sent === undefined) return NO_PRICE;
    return { kind: "amount", microUsd: multiply(success + sent, 1) };
  };
}
