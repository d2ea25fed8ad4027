import type { Price } from "@keybrake/ledger";
import type { VendorAnswer } from "./answer.ts";

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

/** An amount that has been proven to be the most the call can cost, and how the true cost is read from the answer. */
export type AmountQuote = Extract<Price, { kind: "amount" }> & {
  /**
   * The true cost by a 2xx answer; `"nothing"` where the answer says that nothing was done, `undefined` where it
   * does not tell, so that the estimate counts.
   */
  toActual?(answer: VendorAnswer): Cost | "nothing" | undefined;
  /** For a cost that stands in no answer yet. */
  toTrueUp?(answer: VendorAnswer): TrueUp | undefined;
};

export type UnpricedQuote = Extract<Price, { kind: "unpriced" }>;

/** What a call may cost, and how its answer tells what it has cost. */
export type Quote = Exclude<Price, { kind: "amount" }> | AmountQuote;

/** Read from the body, as some routes are: the answer to the call holds a secret. */
export interface SecretCall {
  kind: "secret";
}

export const FREE: Quote = { kind: "free" };
export const UNPRICED: Quote = { kind: "unpriced" };
export const RENEWING: Quote = { kind: "unpriced", renews: true };
