import type { PageOf, PageRequest } from "@keybrake/ledger";

const DEFAULT_PAGE = 20;

/** The page that a list's query asks for. */
export function toPageRequest(query: {
  limit?: number | undefined;
  starting_after?: string | undefined;
}): PageRequest {
  const { limit = DEFAULT_PAGE, starting_after } = query;
  return starting_after === undefined ? { limit } : { limit, startingAfter: starting_after };
}

export function toWirePage<Item, Wire>(
  { items, hasMore }: PageOf<Item>,
  toWire: (item: Item) => Wire,
): { data: Wire[]; has_more: boolean } {
  return { data: items.map(toWire), has_more: hasMore };
}
