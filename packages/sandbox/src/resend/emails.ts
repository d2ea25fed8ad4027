import { randomUUID } from "node:crypto";
import { invalid, missing, notFound } from "./errors.ts";
import { type Fields, readFields, readString, requireString } from "./fields.ts";
import { listNewestFirst } from "./list.ts";
import type { Draft, Email } from "./objects.ts";
import { isAddress, readRecipients } from "./recipients.ts";
import { type ResendCall, toTimestamp } from "./world.ts";

/** Checks an email as it came. Throws the refusal. */
export function readDraft(body: unknown): Draft {
  const fields = readFields(body);
  const from = requireString(fields, "from");
  if (!isAddress(from)) throw invalid("Invalid `from` field.");
  const to = readRecipients(fields, "to");
  if (to.length === 0) throw missing("to");
  return {
    from,
    to,
    cc: readRecipients(fields, "cc"),
    bcc: readRecipients(fields, "bcc"),
    replyTo: readRecipients(fields, "reply_to"),
    ...readContent(fields),
    scheduledAt: readString(fields, "scheduled_at") ?? null,
  };
}

function readContent(fields: Fields): Pick<Draft, "subject" | "html" | "text"> {
  const templated = fields.template !== undefined;
  const html = readString(fields, "html") ?? null;
  const text = readString(fields, "text") ?? null;
  const subject = readString(fields, "subject") ?? (templated ? "" : undefined);
  if (subject === undefined) throw missing("subject");
  if (html === null && text === null && !templated) throw invalid("Missing `html` or `text` field.");
  return { subject, html, text };
}

/** Sends a checked email: one effect for each of its recipients. Scheduled ones count at once. */
export function send(call: ResendCall, draft: Draft): Email {
  const email: Email = { ...draft, id: randomUUID(), createdAtMs: call.nowMs };
  call.world.emails.set(email.id, email);
  for (const field of ["to", "cc", "bcc"] as const) {
    for (const recipient of email[field]) {
      call.record({
        objectId: email.id,
        kind: "email.sent",
        amountMicroUsd: call.world.recipientMicroUsd,
        metadata: { recipient, field },
      });
    }
  }
  return email;
}

export function sendEmail(call: ResendCall): object {
  return { id: send(call, readDraft(call.body)).id };
}

export function fetchEmail(call: ResendCall): object {
  const email = call.world.emails.get(call.id);
  if (!email) throw notFound("Email");
  return { object: "email", ...toListed(email), html: email.html, text: email.text, tags: [] };
}

export function listEmails(call: ResendCall): object {
  return listNewestFirst(call, [...call.world.emails.values()], toListed);
}

function toListed(email: Email): object {
  return {
    id: email.id,
    message_id: `<${email.id}@example.com>`,
    to: email.to,
    from: email.from,
    created_at: toTimestamp(email.createdAtMs),
    subject: email.subject,
    cc: orNull(email.cc),
    bcc: orNull(email.bcc),
    reply_to: orNull(email.replyTo),
    last_event: email.scheduledAt === null ? "delivered" : "scheduled",
    scheduled_at: email.scheduledAt,
  };
}

function orNull(addresses: readonly string[]): readonly string[] | null {
  return addresses.length === 0 ? null : addresses;
}
