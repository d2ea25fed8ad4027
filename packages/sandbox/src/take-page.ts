export interface TakenPage<Item> {
  readonly items: readonly Item[];
  readonly hasMore: boolean;
}

/** Returns at most `limit` items after the one that `isLast` matches, or from the start without `isLast`. Undefined if no item matches. */
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
