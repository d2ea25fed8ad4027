import { BoundedMap } from "./bounded-map.ts";

/** An object that was forgotten counts as a new one: more is held for it than needed, never less. */
const OBJECTS_KEPT = 50_000;

/** What vendors' objects have cost each account, by the object. Amounts in micro-USD. */
export interface Exposures {
  get(accountId: number, objectId: string): number;
  /** Never lowers what is known. */
  raise(accountId: number, objectId: string, microUsd: number): void;
}

/** Pairs of an account and its amount: an object costs the few accounts of a key. */
type Amounts = number[];

export function createExposures(): Exposures {
  const objects = new BoundedMap<Amounts>(OBJECTS_KEPT);

  const findPair = (amounts: Amounts, accountId: number): number => {
    for (let at = 0; at < amounts.length; at += 2) if (amounts[at] === accountId) return at;
    return -1;
  };

  return {
    get(accountId, objectId) {
      const amounts = objects.get(objectId);
      if (!amounts) return 0;
      const at = findPair(amounts, accountId);
      return at < 0 ? 0 : (amounts[at + 1] ?? 0);
    },
    raise(accountId, objectId, microUsd) {
      const amounts = objects.get(objectId);
      const at = amounts ? findPair(amounts, accountId) : -1;
      if (!amounts) objects.set(objectId, [accountId, microUsd]);
      else if (at < 0) objects.set(objectId, [...amounts, accountId, microUsd]);
      else amounts[at + 1] = Math.max(microUsd, amounts[at + 1] ?? 0);
    },
  };
}
