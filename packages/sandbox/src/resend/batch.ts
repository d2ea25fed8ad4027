import { RefusedError } from "../json-answer.ts";
import { readDraft, send } from "./emails.ts";
import { invalid } from "./errors.ts";
import type { Draft } from "./objects.ts";
import type { ResendCall } from "./world.ts";

const maxBatch = 100;

/** Sends all emails or none. If the client asked for permissive validation, it sends the valid ones and reports the others. */
export function sendBatch(call: ResendCall): object {
  const { body } = call;
  if (!Array.isArray(body)) throw invalid("The request body must be an array of emails.");
  if (body.length === 0 || body.length > maxBatch) {
    throw invalid(`The batch must have between 1 and ${maxBatch} emails.`);
  }
  const drafts: Draft[] = [];
  const errors: { readonly index: number; readonly message: string }[] = [];
  for (const [index, item] of body.entries()) {
    try {
      drafts.push(readDraft(item));
    } catch (error) {
      if (!call.permissive || !(error instanceof RefusedError)) throw error;
      errors.push({ index, message: error.message });
    }
  }
  const data = drafts.map((draft) => ({ id: send(call, draft).id }));
  return call.permissive ? { data, errors } : { data };
}
