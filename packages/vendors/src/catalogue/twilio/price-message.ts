import type { PricedCall, Pricer } from "../../define-vendor.ts";
import { multiply } from "../../multiply.ts";
import type { PriceBook } from "../../price-book.ts";
import { type Quote, UNPRICED } from "../../quote.ts";
import { readFormScalar } from "../../reading/form-body.ts";
import { type JsonValue, readPointer } from "../../reading/json-body.ts";
import { Unreadable } from "../../reading/unreadable.ts";
import { getPriceTo, toMissingPrice } from "./destination.ts";
import { countSegments } from "./sms-segments.ts";
import { followPrice } from "./true-up.ts";

// https://www.twilio.com/docs/messaging/api/message-resource. Whatever else there is may make a message dearer.
const KNOWN = new Set([
  "AddressRetention",
  "ApplicationSid",
  "Attempt",
  "Body",
  "ContentRetention",
  "ContentSid",
  "ContentVariables",
  "FallbackFrom",
  "ForceDelivery",
  "From",
  "MaxPrice",
  "MediaUrl",
  "MessageIntent",
  "MessagingServiceSid",
  "PersistentAction",
  "ProvideFeedback",
  "RiskCheck",
  "ScheduleType",
  "SendAsMms",
  "SendAt",
  "ShortenUrls",
  "SmartEncoded",
  "StatusCallback",
  "To",
  "TrafficType",
  "ValidityPeriod",
]);

/** What a text that the request does not hold is taken for. */
const HIDDEN_TEXT_SEGMENTS = 10;

/** A message: a text by its segments, media by the message, other channels by the message. */
export function createMessagePricer(prices: PriceBook): Pricer {
  return (call) => {
    const message = readMessage(call);
    const { to, channel } = message;
    if (channel !== undefined) return priceEach(call, "channel", prices.get("channel", channel));
    if (![...call.form.keys()].every((name) => KNOWN.has(name))) return UNPRICED;
    const sms = getPriceTo(prices, "sms", to);
    const mms = getPriceTo(prices, "mms", to);
    return message.isMms ? priceMms(call, message, sms, mms) : priceSms(call, message, sms, mms);
  };
}

interface Message {
  to: string;
  /** `whatsapp`, `rcs`, …: not a text message, or not only one. */
  channel: string | undefined;
  segments: number;
  media: number;
  isMms: boolean;
  /** A template's text and media stand at Twilio. */
  isTemplate: boolean;
  /** A messaging service sends what can't be delivered with media as a text with links. */
  hasService: boolean;
}

function readMessage({ form }: PricedCall): Message {
  const scalar = (name: string): string | undefined => readFormScalar(form, name);
  const to = scalar("To");
  if (to === undefined) throw new Unreadable("To is missing");
  const media = form.get("MediaUrl")?.length ?? 0;
  const isTemplate = scalar("ContentSid") !== undefined;
  const written = countSegments(scalar("Body") ?? "");
  // Short links may be longer than what they stand for.
  const isHidden = isTemplate || isOn(scalar("ShortenUrls"));
  return {
    to,
    channel: readChannel(to) ?? readChannel(scalar("From") ?? ""),
    segments: isHidden ? Math.max(written, HIDDEN_TEXT_SEGMENTS) : written,
    media,
    isMms: media > 0 || isOn(scalar("SendAsMms")),
    isTemplate,
    hasService: scalar("MessagingServiceSid") !== undefined,
  };
}

function readChannel(address: string): string | undefined {
  return /^([A-Za-z]+):/.exec(address)?.[1]?.toLowerCase();
}

function isOn(flag: string | undefined): boolean {
  return flag !== undefined && flag !== "false";
}

function priceEach(call: PricedCall, list: "mms" | "channel", microUsd: number | undefined): Quote {
  if (microUsd === undefined) return withoutPrice(call, list);
  return { kind: "amount", microUsd, toTrueUp: followPrice(call) };
}

/** Under an operator's bound it is sent all the same, and Twilio tells its price later. */
function withoutPrice(call: PricedCall, list: "sms" | "mms" | "channel"): Quote {
  return { kind: "unpriced", hint: toMissingPrice(list), toTrueUp: followPrice(call) };
}

function priceMms(
  call: PricedCall,
  { segments, media, hasService }: Message,
  sms: number | undefined,
  mms: number | undefined,
): Quote {
  if (mms === undefined || !hasService) return priceEach(call, "mms", mms);
  if (sms === undefined) return withoutPrice(call, "sms");
  return priceEach(call, "mms", Math.max(mms, multiply(sms, segments + media)));
}

function priceSms(
  call: PricedCall,
  { segments, isTemplate }: Message,
  sms: number | undefined,
  mms: number | undefined,
): Quote {
  if (sms === undefined) return withoutPrice(call, "sms");
  if (isTemplate && mms === undefined) return withoutPrice(call, "mms");
  const microUsd = Math.max(multiply(sms, segments), isTemplate ? (mms ?? 0) : 0);
  return {
    kind: "amount",
    microUsd,
    // Only more than was counted is believed: a messaging service's answer says "0".
    toActual({ json }) {
      const counted = readSegments(json);
      return counted > segments ? { microUsd: Math.max(microUsd, multiply(sms, counted)) } : undefined;
    },
    toTrueUp: followPrice(call),
  };
}

function readSegments(json: JsonValue | undefined): number {
  const text = readPointer(json, "/num_segments");
  return typeof text === "string" && /^[0-9]{1,4}$/.test(text) ? Number(text) : 0;
}
