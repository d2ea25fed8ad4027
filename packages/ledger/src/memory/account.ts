import type { SpendAccount } from "../decide/spend-account.ts";

/** Days whose reservations may still be open; older ones are no longer asked for. */
const DAYS_KEPT = 3;

/** An account in memory. */
export function createAccount(id: number): SpendAccount {
  const days = new Map<number, { spent: number; held: number }>();
  const exposures = new Map<string, number>();
  let total = 0;
  let held = 0;
  let unknown = 0;

  function getDay(day: number): { spent: number; held: number } {
    const found = days.get(day);
    if (found) return found;
    const created = { spent: 0, held: 0 };
    days.set(day, created);
    for (const other of days.keys()) if (other <= day - DAYS_KEPT) days.delete(other);
    return created;
  }

  return {
    id,
    getSpend(day, objectId) {
      const today = days.get(day) ?? { spent: 0, held: 0 };
      return {
        dailyMicroUsd: today.spent,
        dailyHeldMicroUsd: today.held,
        totalMicroUsd: total,
        heldMicroUsd: held,
        unknownMicroUsd: unknown,
        exposureMicroUsd: objectId === undefined ? 0 : (exposures.get(objectId) ?? 0),
      };
    },
    hold(day, microUsd) {
      getDay(day).held += microUsd;
      held += microUsd;
    },
    release(day, microUsd, doubted) {
      getDay(day).held -= microUsd;
      held -= microUsd;
      if (doubted) unknown -= microUsd;
    },
    doubt(microUsd) {
      unknown += microUsd;
    },
    spend(day, microUsd) {
      getDay(day).spent += microUsd;
      total += microUsd;
    },
    getExposure: (objectId) => exposures.get(objectId) ?? 0,
    expose(objectId, microUsd) {
      exposures.set(objectId, Math.max(microUsd, exposures.get(objectId) ?? 0));
    },
  };
}
