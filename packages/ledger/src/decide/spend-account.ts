import type { Spend } from "../ledger.ts";

/**
 * What one key or one budget has spent and holds, by UTC day and in all; amounts in micro-USD. That of a key includes
 * all keys that were carved from it, so that their number costs nothing; exposures are its own alone.
 */
export interface SpendAccount {
  /** No other account of the ledger has it. */
  readonly id: number;
  /** Without what it has counted of any object. */
  getSpend(day: number): Spend;
  /** What a budget has spent and holds in a UTC month. */
  getMonth(month: number): { spent: number; held: number };
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

/** A vendor's object, and the objects that it is made of. */
export interface CountedObject {
  objectId?: string | undefined;
  partIds?: readonly string[] | undefined;
}

/** What an account has counted of an object already: as the object itself, or as its parts. */
export function getCounted(account: SpendAccount, { objectId, partIds }: CountedObject): number {
  if (objectId === undefined) return 0;
  let ofParts = 0;
  if (partIds) for (const id of partIds) ofParts += account.getExposure(id);
  return Math.max(account.getExposure(objectId), ofParts);
}
