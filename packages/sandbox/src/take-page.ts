export interface TakenPage<Item> {
  readonly items: readonly Item[];
  readonly hasMore: boolean;
}

/** The items behind the one that `isLast` names, at most `limit`; from the start without it. Undefined if none is named so. */
export function takePage<Item>(
  items: readonly Item[],
  limit: number,
  isLast?: (item: Item) => boolean,
): TakenPage<Item> | undefined {
  const before = isLast === undefined ? -1 : items.findIndex(isLast);
  if (isLast !== undefined && before < 0) return undefined;
  const rest = items.slice(before + 1);
  return { items: rest.slice(0, limit), hasMore: rest.length > limit };
}
