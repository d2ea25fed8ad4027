import type { Spend } from "../ledger.ts";

/** What one key or one budget has spent and holds, by UTC day and in all; amounts in micro-USD. */
export interface SpendAccount {
  /** No other account of the ledger has it. */
  readonly id: number;
  /** @param objectId the vendor's object in question, if any */
  getSpend(day: number, objectId?: string): Spend;
  /** Sets an amount aside on a day. */
  hold(day: number, microUsd: number): void;
  /** Gives a held amount back; `doubted` where it counted as unknown. */
  release(day: number, microUsd: number, doubted: boolean): void;
  /** Marks a held amount as one whose outcome nobody knows. */
  doubt(microUsd: number): void;
  spend(day: number, microUsd: number): void;
  /** What an object has cost here already. */
  getExposure(objectId: string): number;
  /** Remembers that an object has cost so much in all; never lowers it. */
  expose(objectId: string, microUsd: number): void;
}
