/** A price as a resource shows it: nothing at first, then a negative decimal string. */
export interface ShownPrice {
  readonly price: string;
  readonly price_unit: string;
}

/** When prices come to be known. */
export interface PriceTiming {
  readonly afterMs: number;
  readonly afterFetches: number;
}

/** What something cost, and how far its price has come. */
export interface Bill {
  readonly microUsd: number;
  readonly createdAtMs: number;
  /** How often the resource was fetched on its own. Lists do not count. */
  fetches: number;
  /** Set by the test in place of what the price book says. */
  shown?: ShownPrice;
}

export function createBill(microUsd: number, createdAtMs: number): Bill {
  return { microUsd, createdAtMs, fetches: 0 };
}

/** The price, once the bill is old enough and was asked for often enough. */
export function readPrice(bill: Bill, timing: PriceTiming, nowMs: number): ShownPrice | undefined {
  if (bill.shown) return bill.shown;
  if (nowMs - bill.createdAtMs < timing.afterMs || bill.fetches < timing.afterFetches) return undefined;
  return { price: `-${toUsd(bill.microUsd)}`, price_unit: "USD" };
}

/** At least five decimals, as Twilio writes them: 8300 → `0.00830`. */
export function toUsd(microUsd: number): string {
  const decimals = String(microUsd % 1_000_000).padStart(6, "0");
  return `${Math.floor(microUsd / 1_000_000)}.${decimals.replace(/0$/, "")}`;
}
