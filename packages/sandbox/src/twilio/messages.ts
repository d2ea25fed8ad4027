import { newSid, type TwilioCall, toRfc2822 } from "./account.ts";
import { createBill, readPrice } from "./billing.ts";
import { notFound, refuse } from "./errors.ts";
import type { Message } from "./objects.ts";
import { listByUri } from "./page.ts";
import { checkDestination, readField } from "./params.ts";
import { priceOf } from "./price-book.ts";
import { countSegments } from "./segments.ts";

/** Twilio accepts 1600 characters, in any encoding. */
const maxBodyLength = 1600;

/** Creates a new message with every call: Twilio ignores idempotency keys here. */
export function createMessage(call: TwilioCall): object {
  const { account, form, nowMs, world } = call;
  const to = readField(form, "To");
  if (to === undefined) throw refuse(400, 21604, "A 'To' phone number is required.");
  const { channel, number } = checkDestination(to);
  const from = readField(form, "From") ?? null;
  const messagingServiceSid = readField(form, "MessagingServiceSid") ?? null;
  if (from === null && messagingServiceSid === null) {
    throw refuse(400, 21603, "A 'From' phone number is required.");
  }
  const media = form.getAll("MediaUrl").length;
  const contentSid = readField(form, "ContentSid");
  const body = readField(form, "Body") ?? (contentSid === undefined ? "" : `Template ${contentSid}`);
  if (body === "" && media === 0) throw refuse(400, 21602, "Message body is required.");
  if (body.length > maxBodyLength) {
    throw refuse(400, 21617, "The concatenated message body exceeds the 1600 character limit.");
  }
  const scheduled = readField(form, "SendAt") !== undefined;
  if (scheduled && messagingServiceSid === null) {
    throw refuse(400, 35111, "A MessagingServiceSid is required to schedule a message.");
  }

  const segments = countSegments(body);
  const asMms = media > 0 || readField(form, "SendAsMms") === "true";
  const message: Message = {
    sid: newSid(asMms ? "MM" : "SM"),
    to,
    from,
    body,
    messagingServiceSid,
    media,
    segments,
    scheduled,
    createdAtMs: nowMs,
  };
  const microUsd = costOf(call, { channel, number, asMms, segments });
  account.messages.set(message.sid, message);
  world.bills.set(message.sid, createBill(microUsd, nowMs));
  call.record({
    objectId: message.sid,
    kind: "message.created",
    amountMicroUsd: microUsd,
    metadata: { account_sid: account.sid, to, num_segments: String(segments) },
  });
  const status = scheduled ? "scheduled" : messagingServiceSid === null ? "queued" : "accepted";
  return {
    ...toResource(call, message),
    from,
    // A messaging service chooses the sender later, and with it how the body is split.
    num_segments: messagingServiceSid === null ? String(segments) : "0",
    price: null,
    price_unit: messagingServiceSid === null ? "USD" : null,
    status,
  };
}

/** Counts as one look at the price. */
export function fetchMessage(call: TwilioCall): object {
  const message = call.account.messages.get(call.names.sid ?? "");
  if (!message) throw notFound(call.path);
  const bill = call.world.bills.get(message.sid);
  const resource = toResource(call, message);
  if (bill) bill.fetches += 1;
  return resource;
}

export function listMessages(call: TwilioCall): object {
  return listByUri(call, "messages", call.account.messages, (message) => toResource(call, message));
}

function costOf(
  { world: { prices } }: TwilioCall,
  message: {
    readonly channel: string;
    readonly number: string;
    readonly asMms: boolean;
    readonly segments: number;
  },
): number {
  if (message.channel !== "") return prices.channelMessage;
  if (message.asMms) return prices.mms;
  return message.segments * priceOf(prices.smsSegment, message.number.slice(1));
}

function toResource({ account, nowMs, world }: TwilioCall, message: Message): object {
  const uri = `/2010-04-01/Accounts/${account.sid}/Messages/${message.sid}`;
  const bill = world.bills.get(message.sid);
  const shown = bill && readPrice(bill, world.timing, nowMs);
  const date = toRfc2822(message.createdAtMs);
  return {
    account_sid: account.sid,
    api_version: "2010-04-01",
    body: message.body,
    date_created: date,
    date_sent: message.scheduled ? null : date,
    date_updated: date,
    direction: "outbound-api",
    error_code: null,
    error_message: null,
    from: message.from ?? "+15005550006",
    messaging_service_sid: message.messagingServiceSid,
    num_media: String(message.media),
    num_segments: String(message.segments),
    price: shown?.price ?? null,
    price_unit: shown?.price_unit ?? "USD",
    sid: message.sid,
    status: message.scheduled ? "scheduled" : shown ? "delivered" : "sent",
    subresource_uris: { media: `${uri}/Media.json` },
    to: message.to,
    uri: `${uri}.json`,
  };
}
