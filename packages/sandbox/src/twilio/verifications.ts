import { newSid, type TwilioCall, toIsoSeconds } from "./account.ts";
import { createBill, readPrice } from "./billing.ts";
import { notFound, refuse } from "./errors.ts";
import type { Verification } from "./objects.ts";
import { listByUrl } from "./page.ts";
import { isPhoneNumber, readField } from "./params.ts";
import { priceOf } from "./price-book.ts";

const channels = ["sms", "call", "whatsapp", "email"];

/** Records a verification at the price of a successful one, because its recipient can now complete it. */
export function createVerification(call: TwilioCall): object {
  const { account, form, nowMs, world } = call;
  const to = readField(form, "To");
  const channel = readField(form, "Channel") ?? "";
  if (to === undefined) throw refuse(400, 60200, "Invalid parameter `To`");
  if (!channels.includes(channel)) throw refuse(400, 60200, `Invalid parameter \`Channel\`: ${channel}`);
  if (channel !== "email" && !isPhoneNumber(to)) throw refuse(400, 60200, `Invalid parameter \`To\`: ${to}`);

  const { prices } = world;
  const channelPrices: Readonly<Record<string, number>> = {
    sms: priceOf(prices.smsSegment, to.slice(1)),
    call: priceOf(prices.callMinute, to.slice(1)),
    whatsapp: prices.channelMessage,
  };
  const verification: Verification = {
    sid: newSid("VL"),
    verificationSid: newSid("VE"),
    serviceSid: call.names.service ?? "",
    to,
    channel,
    createdAtMs: nowMs,
    channelBill: createBill(channelPrices[channel] ?? 0, nowMs),
  };
  account.verifications.set(verification.sid, verification);
  world.bills.set(verification.sid, verification.channelBill);
  call.record({
    objectId: verification.verificationSid,
    kind: "verification.created",
    amountMicroUsd: prices.verification + verification.channelBill.microUsd,
    metadata: { account_sid: account.sid, to, channel },
  });
  const date = toIsoSeconds(nowMs);
  return {
    account_sid: account.sid,
    amount: null,
    channel,
    date_created: date,
    date_updated: date,
    lookup: { carrier: null },
    payee: null,
    send_code_attempts: [
      { attempt_sid: verification.sid, channel: channel.toUpperCase(), time: new Date(nowMs).toISOString() },
    ],
    service_sid: verification.serviceSid,
    sid: verification.verificationSid,
    sna: null,
    status: "pending",
    to,
    url: `https://verify.twilio.com/v2/Services/${verification.serviceSid}/Verifications/${verification.verificationSid}`,
    valid: false,
  };
}

/** Counts as one look at the price. */
export function fetchAttempt(call: TwilioCall): object {
  const attempt = call.account.verifications.get(call.names.sid ?? "");
  if (!attempt) throw notFound(call.path);
  const resource = toAttempt(call, attempt);
  attempt.channelBill.fetches += 1;
  return resource;
}

export function listAttempts(call: TwilioCall): object {
  const wanted = readField(call.query, "VerificationSid");
  const attempts = new Map(
    [...call.account.verifications].filter(
      ([, { verificationSid }]) => wanted === undefined || verificationSid === wanted,
    ),
  );
  const where = { name: "attempts", host: "verify.twilio.com" };
  return listByUrl(call, where, attempts, (attempt) => toAttempt(call, attempt));
}

function toAttempt({ account, nowMs, world }: TwilioCall, attempt: Verification): object {
  const shown = readPrice(attempt.channelBill, world.timing, nowMs);
  const date = toIsoSeconds(attempt.createdAtMs);
  return {
    account_sid: account.sid,
    channel: attempt.channel,
    channel_data: { to: attempt.to },
    conversion_status: "unconverted",
    date_created: date,
    date_updated: date,
    // Lower case here, upper case on messages.
    price: shown ? { value: shown.price, currency: shown.price_unit.toLowerCase() } : null,
    service_sid: attempt.serviceSid,
    sid: attempt.sid,
    url: `https://verify.twilio.com/v2/Attempts/${attempt.sid}`,
    verification_sid: attempt.verificationSid,
  };
}
