import type { VendorAnswer } from "./vendor-answer.ts";

/** What a successful answer says a call has cost. */
export interface Cost {
  microUsd: number;
  /** The vendor's object that this is the whole exposure of; what was counted of it before is not counted again. */
  objectId?: string;
}

/** A cost that the vendor only knows later: where to ask for it, and how to read the answer. */
export interface TrueUp {
  path: string;
  /** Micro-USD, or `undefined` while the vendor does not know yet. */
  read(answer: VendorAnswer): number | undefined;
}

/** An amount that has been proven, from the request or from an object that the vendor showed, to be the most. */
export interface AmountPrice {
  kind: "amount";
  microUsd: number;
  /** The object, where it is known beforehand, that the amount is the whole exposure of. */
  objectId?: string;
  /**
   * The true cost by a 2xx answer; `"nothing"` where the answer says that nothing was done, `undefined` where it
   * does not tell, so that the estimate counts.
   */
  toActual?(answer: VendorAnswer): Cost | "nothing" | undefined;
  /** For a cost that stands in no answer yet. */
  toTrueUp?(answer: VendorAnswer): TrueUp | undefined;
}

/** Nobody can tell what it may cost. */
export interface UnpricedPrice {
  kind: "unpriced";
  /** How many such things one call does, each of which counts as a call under `max_usd_per_call`. Default 1. */
  times?: number;
  /** What the call costs besides, proven. */
  microUsd?: number;
  /** It starts what renews outside the proxy, which the key may not: under a cap no bound of one call lets it pass. */
  renews?: true;
}

/** What a call may cost. */
export type Price =
  | { kind: "free" }
  | UnpricedPrice
  | AmountPrice
  | { kind: "currency_unpriced"; currency: string };

/** Read from the body, as some routes are: the answer to the call holds a secret. */
export interface SecretCall {
  kind: "secret";
}

export const FREE: Price = { kind: "free" };
export const UNPRICED: Price = { kind: "unpriced" };
export const RENEWING: Price = { kind: "unpriced", renews: true };
