import { hash } from "node:crypto";
import type { VendorAnswer } from "../../answer.ts";
import type { Pricer } from "../../define-vendor.ts";
import { multiply } from "../../multiply.ts";
import type { PriceBook } from "../../price-book.ts";
import type { Cost, Quote } from "../../quote.ts";
import { JsonNumber, type JsonValue, readPointer } from "../../reading/json-body.ts";
import { Unreadable } from "../../reading/unreadable.ts";
import { countRecipients } from "./recipients.ts";

const NO_PRICE: Quote = {
  kind: "unpriced",
  hint: "An email has no price: the operator can set vendors.resend.prices.email.recipient.",
};

/** An email: so much for each recipient. A repeated one is known by its id, for no header says that it is one. */
export function createEmailPricer(prices: PriceBook): Pricer {
  return ({ json }) => {
    const unit = prices.get("email", "recipient");
    const count = countRecipients(json);
    if (unit === undefined) return NO_PRICE;
    const microUsd = multiply(unit, count);
    return { kind: "amount", microUsd, toActual: (answer) => toCost(microUsd, readIds([answer.json])) };
  };
}

/**
 * Up to 100 emails at once; the vendor refuses more.
 *
 * @see https://resend.com/docs/api-reference/emails/send-batch-emails
 */
export function createBatchPricer(prices: PriceBook): Pricer {
  return ({ json, header }) => {
    if (!Array.isArray(json)) throw new Unreadable("a batch must be a list of emails");
    const unit = prices.get("email", "recipient");
    const counts = json.map(countRecipients);
    if (unit === undefined) return NO_PRICE;
    const cost = (of: number[]): number =>
      multiply(
        unit,
        of.reduce((sum, count) => sum + count, 0),
      );
    const isPermissive = header("x-batch-validation") === "permissive";
    return {
      kind: "amount",
      microUsd: cost(counts),
      toActual: (answer) => {
        const ids = readIds(readList(answer, "/data") ?? []);
        const failed = isPermissive ? readFailed(answer, counts.length) : new Set<number>();
        // An answer that does not account for every email tells nothing.
        if (!ids || !failed || ids.length + failed.size !== counts.length) return undefined;
        if (ids.length === 0) return "nothing";
        return toCost(cost(counts.filter((_count, index) => !failed.has(index))), ids);
      },
    };
  };
}

/** The whole exposure of these emails: the same ids again cost nothing more. */
function toCost(microUsd: number, ids: string[] | undefined): Cost | undefined {
  return ids && { microUsd, objectId: `emails_${hash("sha256", JSON.stringify(ids), "base64url")}` };
}

function readIds(emails: readonly (JsonValue | undefined)[]): string[] | undefined {
  const ids = emails.map((email) => readPointer(email, "/id")).filter((id) => typeof id === "string");
  return ids.length === emails.length && ids.every((id) => id !== "") ? ids : undefined;
}

/** Which emails of a permissive batch were not sent. https://resend.com/changelog/batch-validation-modes */
function readFailed(answer: VendorAnswer, length: number): Set<number> | undefined {
  const indexes = (readList(answer, "/errors") ?? []).map((error) => readPointer(error, "/index"));
  const failed = new Set(
    indexes.map((index) => (index instanceof JsonNumber ? Number(index.lexeme) : Number.NaN)),
  );
  const isSound = [...failed].every((index) => Number.isInteger(index) && index >= 0 && index < length);
  return isSound && failed.size === indexes.length ? failed : undefined;
}

function readList({ json }: VendorAnswer, pointer: string): JsonValue[] | undefined {
  const list = readPointer(json, pointer);
  return Array.isArray(list) ? list : undefined;
}
