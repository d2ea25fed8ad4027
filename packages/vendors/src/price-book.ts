/** What the operator says things cost: micro-USD by list and name, such as `sms` and `+44`. */
export interface PriceBook {
  /** The price of a name; `undefined` where the operator set none. */
  get(list: string, name: string): number | undefined;
  /** The price of the longest name that a text begins with: of `+1` and `+1242` for a number in the Bahamas. */
  getByPrefix(list: string, text: string): number | undefined;
}

/** @param prices micro-USD by list and name */
export function createPriceBook(
  prices: Readonly<Record<string, Readonly<Record<string, number>>>>,
): PriceBook {
  const lists = new Map(
    Object.entries(prices).map(([list, names]) => [list, new Map(Object.entries(names))]),
  );
  return {
    get: (list, name) => lists.get(list)?.get(name),
    getByPrefix(list, text) {
      const names = [...(lists.get(list)?.keys() ?? [])].filter((name) => text.startsWith(name));
      const longest = names.sort((a, b) => b.length - a.length)[0];
      return longest === undefined ? undefined : lists.get(list)?.get(longest);
    },
  };
}
