import type { PageOf, PageRequest } from "../ledger.ts";

/** What a script takes to read a batch. */
export interface Batch {
  startingAfter?: string;
  count: number;
}

const BATCH = 200;

/** Reads batches until a page is full of what passes a filter. Between them others may write; no step waits for it. */
export async function readPages<Item>(
  { limit, startingAfter }: PageRequest,
  source: {
    readBatch(batch: Batch): Promise<Item[]>;
    toId(item: Item): string;
    passes(item: Item): boolean;
  },
): Promise<PageOf<Item>> {
  const items: Item[] = [];
  let after = startingAfter;
  for (;;) {
    const count = Math.max(BATCH, limit + 1);
    const batch = await source.readBatch({ ...(after === undefined ? {} : { startingAfter: after }), count });
    items.push(...batch.filter((item) => source.passes(item)));
    if (items.length > limit) return { items: items.slice(0, limit), hasMore: true };
    const last = batch.at(-1);
    if (last === undefined || batch.length < count) return { items, hasMore: false };
    after = source.toId(last);
  }
}
