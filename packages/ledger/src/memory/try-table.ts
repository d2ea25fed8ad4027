import type { TryRow, TryTable } from "../decide/tables.ts";

/** @param findEnded an attempt that has ended, by what its entry says */
export function createMemoryTries(findEnded: (id: string) => TryRow | undefined): TryTable {
  // Both in the order of time.
  const open = new Map<string, TryRow>();
  /** Those that were given up: their true end may still come, and their entry is not the last word. */
  const givenUp = new Map<string, TryRow>();
  return {
    insert(row) {
      open.set(row.id, row);
    },
    find: (id) => open.get(id) ?? givenUp.get(id) ?? findEnded(id),
    listOpen: (keyId) => [...open.values()].filter((row) => row.keyId === keyId),
    listOverdue(now) {
      const overdue = [...open.values()].filter(({ deadline }) => deadline <= now);
      return overdue.sort(byDeadline).map(({ id }) => id);
    },
    save(row) {
      if (row.settlement) open.delete(row.id);
      if (row.givenUp) givenUp.set(row.id, row);
    },
    forget(before) {
      for (const [id, row] of givenUp) {
        if (row.at > before) break;
        const isUnknown = row.givenUp && row.reservation.spends && row.reservation.state === "held";
        if (!isUnknown) givenUp.delete(id);
      }
    },
  };
}

/** The order in which every store ends them. */
function byDeadline(one: TryRow, other: TryRow): number {
  return one.deadline - other.deadline || (one.id < other.id ? -1 : 1);
}
