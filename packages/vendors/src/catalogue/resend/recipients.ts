import { type JsonObject, type JsonValue, readPointer } from "../../reading/json-body.ts";
import { Unreadable } from "../../reading/unreadable.ts";

const FIELDS = ["to", "cc", "bcc"];

/**
 * The most recipients that an email can have: every address has an `@`, however many stand in one string, so the
 * `@` are counted. One in a display name counts for one too many.
 *
 * @throws {Unreadable} what is not an email, or has a recipient that is no text
 */
export function countRecipients(email: JsonValue | undefined): number {
  if (!(email instanceof Map)) throw new Unreadable("an email must be an object");
  if (readPointer(email, "/to") === undefined) throw new Unreadable("to is missing");
  const named = FIELDS.map((field) => countIn(readPointer(email, `/${field}`), field));
  return [...named, countInHeaders(email)].reduce((sum, count) => sum + count, 0);
}

function countIn(value: JsonValue | undefined, field: string): number {
  if (value === undefined || value === null) return 0;
  return [value].flat().reduce((sum: number, text) => {
    if (typeof text !== "string") throw new Unreadable(`${field} must be a text or a list of texts`);
    // An empty text is no recipient, but what is without an @ is for the vendor to refuse.
    return sum + Math.max(text.trim() === "" ? 0 : 1, countAddresses(text));
  }, 0);
}

/** Headers of the message itself might name recipients too. */
function countInHeaders(email: JsonObject): number {
  const headers = readPointer(email, "/headers");
  if (headers === undefined || headers === null) return 0;
  if (!(headers instanceof Map)) throw new Unreadable("headers must be an object");
  let count = 0;
  for (const [name, value] of headers) {
    if (typeof value === "string" && /[\r\n]/.test(name + value)) {
      throw new Unreadable("a header may not hold a line break");
    }
    if (/^(?:resent-)?(?:to|cc|bcc)$/i.test(name.trim())) count += countIn(value, "a header of recipients");
  }
  return count;
}

/** Full-width and small @ are read as @ by some. */
function countAddresses(text: string): number {
  return text.normalize("NFKC").split("@").length - 1;
}
