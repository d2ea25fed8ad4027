import { randomUUID } from "node:crypto";
import { invalid, missing, notFound } from "./errors.ts";
import { readFields, readString, requireString } from "./fields.ts";
import { listNewestFirst } from "./list.ts";
import type { Broadcast } from "./objects.ts";
import { type ResendCall, toTimestamp } from "./world.ts";

/** Creates a draft, or with `send: true` emails everyone in the segment. The request doesn't say how many that is. */
export function createBroadcast(call: ResendCall): object {
  const fields = readFields(call.body);
  const segmentId = readString(fields, "segment_id") ?? readString(fields, "audience_id");
  if (segmentId === undefined) throw missing("segment_id");
  const broadcast: Broadcast = {
    id: randomUUID(),
    name: readString(fields, "name") ?? "Untitled",
    segmentId,
    from: requireString(fields, "from"),
    subject: requireString(fields, "subject"),
    createdAtMs: call.nowMs,
    sentAtMs: null,
  };
  call.world.broadcasts.set(broadcast.id, broadcast);
  if (fields.send === true) sendNow(call, broadcast);
  return { id: broadcast.id };
}

export function sendBroadcast(call: ResendCall): object {
  const broadcast = find(call);
  if (broadcast.sentAtMs !== null) throw invalid("You can only send a broadcast that is a draft.");
  sendNow(call, broadcast);
  return { id: broadcast.id };
}

export function fetchBroadcast(call: ResendCall): object {
  return { object: "broadcast", ...toListed(find(call)) };
}

export function listBroadcasts(call: ResendCall): object {
  return listNewestFirst(call, [...call.world.broadcasts.values()], toListed);
}

/** Every segment has the same contacts. */
export function listContacts(call: ResendCall): object {
  const contacts = Array.from({ length: call.world.segmentSize }, (_, index) => ({
    id: `contact-${index + 1}`,
    email: `contact-${index + 1}@example.com`,
    unsubscribed: false,
  }));
  return listNewestFirst(call, contacts, (contact) => contact);
}

function find(call: ResendCall): Broadcast {
  const broadcast = call.world.broadcasts.get(call.id);
  if (!broadcast) throw notFound("Broadcast");
  return broadcast;
}

function sendNow(call: ResendCall, broadcast: Broadcast): void {
  broadcast.sentAtMs = call.nowMs;
  for (let contact = 1; contact <= call.world.segmentSize; contact += 1) {
    call.record({
      objectId: broadcast.id,
      kind: "broadcast.sent",
      amountMicroUsd: call.world.recipientMicroUsd,
      metadata: { recipient: `contact-${contact}@example.com` },
    });
  }
}

function toListed(broadcast: Broadcast): object {
  const { sentAtMs } = broadcast;
  return {
    id: broadcast.id,
    name: broadcast.name,
    audience_id: broadcast.segmentId,
    segment_id: broadcast.segmentId,
    from: broadcast.from,
    subject: broadcast.subject,
    status: sentAtMs === null ? "draft" : "sent",
    created_at: toTimestamp(broadcast.createdAtMs),
    scheduled_at: null,
    sent_at: sentAtMs === null ? null : toTimestamp(sentAtMs),
  };
}
