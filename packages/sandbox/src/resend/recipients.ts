import { invalid } from "./errors.ts";
import type { Fields } from "./fields.ts";

const maxRecipients = 50;

/**
 * Reads the addresses in `to`, `cc` or `bcc`: a string, or an array of strings. A string with commas counts for
 * every address in it. That is the more expensive reading, so a proxy must price it.
 */
export function readRecipients(fields: Fields, name: "to" | "cc" | "bcc" | "reply_to"): readonly string[] {
  const value = fields[name] ?? [];
  const given: readonly unknown[] = Array.isArray(value) ? value : [value];
  const addresses = given.flatMap((text) => {
    if (typeof text !== "string") throw invalid(`Invalid \`${name}\` field. It must be a string or a list.`);
    return splitAddresses(text);
  });
  for (const address of addresses) {
    if (isAddress(address)) continue;
    throw invalid(
      `Invalid \`${name}\` field. The email address needs to follow the \`email@example.com\` or ` +
        "`Name <email@example.com>` format.",
    );
  }
  if (addresses.length > maxRecipients) {
    throw invalid(`The \`${name}\` field must have at most ${maxRecipients} items.`);
  }
  return addresses;
}

export function isAddress(text: string): boolean {
  const bare = /^[^<>]*<([^<>]*)>$/.exec(text)?.[1] ?? text;
  return /^[^\s<>@,]+@[^\s<>@,]+\.[^\s<>@,]+$/.test(bare);
}

/** At commas, but not inside a quoted name: `"Doe, Jane" <jane@example.com>` is one. */
function splitAddresses(text: string): string[] {
  const parts = text.match(/(?:"[^"]*"|[^,"]|")+/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}
