import type { Price } from "@keybrake/ledger";
import type { VendorAnswer } from "./answer.ts";

/** What a successful answer says a call has cost. */
export interface Cost {
  microUsd: number;
  /** The payer can still raise it, as by a quantity. What was reserved stays the cost if that is more. */
  atLeast?: true;
  /** The vendor's object that this is the whole exposure of; what was counted of it before is not counted again. */
  objectId?: string;
  /** The objects that it is made of: what was counted of them is not counted again either. */
  partIds?: readonly string[];
}

/** A cost that the vendor only knows later: where to ask for it, and how to read the answer. */
export interface TrueUp {
  path: string;
  /** Micro-USD, or `undefined` while the vendor does not know yet. */
  read(answer: VendorAnswer): number | undefined;
}

/** How the actual cost of a call is learnt. */
export interface ActualCost {
  /**
   * The true cost by a 2xx answer; `"nothing"` where the answer says that nothing was done, `undefined` where it
   * does not tell, so that the estimate counts.
   */
  toActual?(answer: VendorAnswer): Cost | "nothing" | undefined;
  /** For a cost that stands in no answer yet. */
  toTrueUp?(answer: VendorAnswer): TrueUp | undefined;
}

/** An amount that has been proven to be the most the call can cost, and how the actual cost is learnt. */
export type AmountQuote = Extract<Price, { kind: "amount" }> & ActualCost;

/** A call whose maximum cost can't be known. Its response might still tell the actual cost. */
export type UnpricedQuote = Extract<Price, { kind: "unpriced" }> &
  ActualCost & {
    /** A sentence for the refusal: what the client or the operator can add so that the call has a price. */
    hint?: string;
  };

/** What a call may cost, and how its answer tells what it has cost. */
export type Quote = Exclude<Price, { kind: "amount" | "unpriced" }> | AmountQuote | UnpricedQuote;

/** Read from the body, as some routes are: the answer to the call holds a secret. */
export interface SecretCall {
  kind: "secret";
}

export const FREE: Quote = { kind: "free" };
export const UNPRICED: Quote = { kind: "unpriced" };
export const RENEWING: Quote = { kind: "unpriced", renews: true };
