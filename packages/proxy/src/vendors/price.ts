import type { VendorAnswer } from "./vendor-answer.ts";

/**
 * What a call may cost. An `amount` is an upper bound that has been proven from the request (or from an object
 * that the vendor showed), in micro-USD; `toActual` reads the true cost from a successful answer at the rate of
 * the estimate, or gives `undefined` where the answer does not tell.
 */
export type Price =
  | { kind: "free" }
  | { kind: "unpriced" }
  | { kind: "amount"; microUsd: number; toActual?: (answer: VendorAnswer) => number | undefined }
  | { kind: "currency_unpriced"; currency: string };

export const FREE: Price = { kind: "free" };
export const UNPRICED: Price = { kind: "unpriced" };
