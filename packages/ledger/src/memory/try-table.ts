import type { TryRow, TryTable } from "../decide/tables.ts";

export function createMemoryTries(): TryTable {
  // In the order of time.
  const rows = new Map<string, TryRow>();
  const open = new Map<string, Set<TryRow>>();
  return {
    insert(row) {
      rows.set(row.id, row);
      const ofKey = open.get(row.keyId);
      if (ofKey) ofKey.add(row);
      else open.set(row.keyId, new Set([row]));
    },
    find: (id) => rows.get(id),
    listOpen: (keyId) => [...(open.get(keyId) ?? [])],
    listOverdue(now) {
      const ids: string[] = [];
      for (const ofKey of open.values())
        for (const { id, deadline } of ofKey) if (deadline <= now) ids.push(id);
      return ids;
    },
    save(row) {
      if (!row.settlement) return;
      const ofKey = open.get(row.keyId);
      ofKey?.delete(row);
      if (ofKey?.size === 0) open.delete(row.keyId);
    },
    forget(before) {
      for (const [id, { at, settlement, givenUp, reservation }] of rows) {
        if (at > before) break;
        const isInDoubt = givenUp && reservation.spends && reservation.state === "held";
        if (settlement && !isInDoubt) rows.delete(id);
      }
    },
  };
}
