import type { PricedCall, Pricer } from "../../define-vendor.ts";
import { multiply } from "../../multiply.ts";
import type { PriceBook } from "../../price-book.ts";
import { FREE, type Quote, UNPRICED } from "../../quote.ts";
import { type JsonObject, type JsonValue, readPointer } from "../../reading/json-body.ts";
import { Unreadable } from "../../reading/unreadable.ts";

// A segment with more contacts isn't counted: each page is a lookup.
const PAGES = 5;
const PAGE_CONTACTS = 100;

/**
 * A broadcast that is sent at once: so much for each contact of its segment. A draft is free.
 *
 * @see https://resend.com/docs/api-reference/broadcasts/create-broadcast
 */
export function createBroadcastPricer(prices: PriceBook): Pricer {
  return (call) => {
    const draft = toObject(call.json);
    const send = draft.get("send") ?? false;
    const scheduled = draft.get("scheduled_at") ?? null;
    if (send === false && scheduled === null) return FREE;
    // By the time of a scheduled broadcast, its segment might have more contacts.
    if (send !== true || scheduled !== null) return UNPRICED;
    const segments = [draft.get("segment_id"), draft.get("audience_id")].filter((id) => id !== undefined);
    if (segments.length > 1) throw new Unreadable("give either segment_id or audience_id");
    return priceSegment(call, prices, segments[0]);
  };
}

/**
 * Sends a draft. A broadcast counts once.
 *
 * @see https://resend.com/docs/api-reference/broadcasts/send-broadcast
 */
export function createSendPricer(prices: PriceBook): Pricer {
  return async (call) => {
    const fields = call.json === undefined ? new Map() : toObject(call.json);
    if ([...fields.values()].some((value) => value !== null)) return UNPRICED;
    const id = readPlainId(call.segments[1]);
    if (getUnitPrice(prices) === undefined) return UNPRICED;
    const broadcast = await call.lookUp(`/broadcasts/${id}`);
    const segment = readPointer(broadcast, "/segment_id") ?? readPointer(broadcast, "/audience_id");
    return priceSegment(call, prices, segment, id);
  };
}

function getUnitPrice(prices: PriceBook): number | undefined {
  return prices.get("broadcast", "recipient") ?? prices.get("email", "recipient");
}

async function priceSegment(
  call: PricedCall,
  prices: PriceBook,
  segment: JsonValue | undefined,
  objectId?: string,
): Promise<Quote> {
  const unit = getUnitPrice(prices);
  if (unit === undefined || typeof segment !== "string") return UNPRICED;
  const contacts = await countContacts(call, readPlainId(segment));
  if (contacts === undefined) return UNPRICED;
  const microUsd = multiply(unit, contacts);
  return {
    kind: "amount",
    microUsd,
    ...(objectId === undefined ? {} : { objectId }),
    toActual({ json }) {
      const id = readPointer(json, "/id");
      return typeof id === "string" ? { microUsd, objectId: id } : undefined;
    },
  };
}

/** The most that a segment reaches, those who have unsubscribed included; `undefined` if that can't be counted. */
async function countContacts({ lookUp }: PricedCall, segment: string): Promise<number | undefined> {
  let count = 0;
  let after = "";
  for (let page = 0; page < PAGES; page++) {
    const list = await lookUp(`/segments/${segment}/contacts?limit=${PAGE_CONTACTS}${after}`);
    const contacts = readPointer(list, "/data");
    if (!Array.isArray(contacts)) return undefined;
    count += contacts.length;
    if (readPointer(list, "/has_more") === false) return count;
    const last = readPointer(contacts.at(-1), "/id");
    if (typeof last !== "string") return undefined;
    after = `&after=${readPlainId(last)}`;
  }
  return undefined;
}

function toObject(json: JsonValue | undefined): JsonObject {
  if (json instanceof Map) return json;
  throw new Unreadable("a broadcast must be an object");
}

function readPlainId(id: string | undefined): string {
  if (id === undefined || !/^[A-Za-z0-9_-]+$/.test(id)) throw new Unreadable("the id is not plain");
  return id;
}
