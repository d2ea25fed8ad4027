import type { Pricer } from "../../define-vendor.ts";
import { multiply } from "../../multiply.ts";
import type { PriceBook } from "../../price-book.ts";
import { FREE, UNPRICED } from "../../quote.ts";
import { type FormFields, readFormScalar } from "../../reading/form-body.ts";
import { Unreadable } from "../../reading/unreadable.ts";
import { getPriceTo, toMissingPrice } from "./destination.ts";
import { followPrice } from "./true-up.ts";

// https://www.twilio.com/docs/voice/api/call-resource, without what costs extra: recordings, machine detection, BYOC.
const KNOWN = new Set([
  "ApplicationSid",
  "CallReason",
  "CallToken",
  "CallerId",
  "FallbackMethod",
  "FallbackUrl",
  "From",
  "Method",
  "SendDigits",
  "StatusCallback",
  "StatusCallbackEvent",
  "StatusCallbackMethod",
  "TimeLimit",
  "Timeout",
  "To",
  "Twiml",
  "Url",
]);

// What instructions may do that costs no more than the minutes of the call itself.
const PLAIN_VERBS = new Set(["Response", "Say", "Play", "Pause", "Hangup", "Reject", "Leave"]);

const NO_TIME_LIMIT =
  "Set TimeLimit, the longest that the call can last, in seconds: the call is then priced by the minute.";

/** A call: the minutes begun that it may last. */
export function createCallPricer(prices: PriceBook): Pricer {
  return (call) => {
    const { form } = call;
    const to = readFormScalar(form, "To");
    if (to === undefined) throw new Unreadable("To is missing");
    const minutes = readMinutes(form);
    const minute = getPriceTo(prices, "call_minute", to);
    // Twilio's price for the call doesn't include what the call starts elsewhere.
    if (![...form.keys()].every((name) => KNOWN.has(name)) || !isPlain(readFormScalar(form, "Twiml")))
      return UNPRICED;
    const toTrueUp = followPrice(call);
    if (minutes === undefined) return { kind: "unpriced", hint: NO_TIME_LIMIT, toTrueUp };
    if (minute === undefined) return { kind: "unpriced", hint: toMissingPrice("call_minute"), toTrueUp };
    return { kind: "amount", microUsd: multiply(minute, minutes), toTrueUp };
  };
}

function readMinutes(form: FormFields): number | undefined {
  const limit = readFormScalar(form, "TimeLimit");
  if (limit === undefined) return undefined;
  if (!/^[1-9][0-9]{0,8}$/.test(limit)) throw new Unreadable("TimeLimit must be a plain number of seconds");
  return Math.ceil(Number(limit) / 60);
}

/** Whether instructions in the request itself neither dial on nor send, record or fetch anything. */
function isPlain(twiml: string | undefined): boolean {
  if (twiml === undefined) return true;
  // A voice may be one that is charged for, and a document type may hold anything.
  if (/<!|\bvoice\s*=/i.test(twiml)) return false;
  return [...twiml.matchAll(/<\s*([^\s/>?][^\s/>]*)/g)].every(([, verb = ""]) => PLAIN_VERBS.has(verb));
}

/** Of what can be told to a call under way, only to end it costs nothing. */
export const priceCallUpdate: Pricer = ({ form, segments }) => {
  const isCall = segments.length === 5;
  const status = readFormScalar(form, "Status");
  return isCall && form.size === 1 && (status === "completed" || status === "canceled") ? FREE : UNPRICED;
};
