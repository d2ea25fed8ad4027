import type { PageOf, PageRequest } from "../ledger.ts";

/** The page that a request asks for, of all that there is. */
export function toPage<Item>(
  items: Item[],
  { limit, startingAfter }: PageRequest,
  toId: (item: Item) => string,
): PageOf<Item> {
  const start = startingAfter === undefined ? 0 : items.findIndex((item) => toId(item) === startingAfter) + 1;
  return { items: items.slice(start, start + limit), hasMore: items.length > start + limit };
}
