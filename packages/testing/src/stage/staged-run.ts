import type { FetchResult, Order } from "./wire.ts";

/** One run of a handler whose orders are carried out in another process, one at a time. */
export interface StagedRun {
  /** Resolves when the other process has carried the order out, and asks for the next. */
  give(order: Order): Promise<FetchResult | undefined>;
  /** The other process asks: it tells what became of the last order, and gets the next as soon as there is one. */
  take(result: FetchResult | undefined): Promise<Order>;
}

export function createStagedRun(): StagedRun {
  const waiting: { order: Order; done: (result: FetchResult | undefined) => void }[] = [];
  let taken: (typeof waiting)[number] | undefined;
  let taker: ((order: Order) => void) | undefined;

  function handOver(): void {
    if (!taker || waiting.length === 0) return;
    taken = waiting.shift();
    if (taken) taker(taken.order);
    taker = undefined;
  }

  return {
    give: (order) =>
      new Promise((done) => {
        waiting.push({ order, done });
        handOver();
      }),
    take(result) {
      taken?.done(result);
      taken = undefined;
      return new Promise((resolve) => {
        taker = resolve;
        handOver();
      });
    },
  };
}
