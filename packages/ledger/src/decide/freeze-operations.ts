import type { FreezeReceipt, FreezeRecord } from "../freeze.ts";
import { MAX_FREEZES } from "./constants.ts";
import { isFrozenBy } from "./freezing.ts";
import { listAncestors } from "./key-state.ts";
import { listHeld } from "./list-held.ts";
import type { OperationsNamed } from "./operations-named.ts";
import type { KeyRow, Tables } from "./tables.ts";

/** The operations about freezes. */
export function createFreezeOperations(
  tables: Tables,
  clock: () => number,
): OperationsNamed<"freeze" | "listFreezes" | "liftFreeze"> {
  const { keys, tries, freezes } = tables;

  function matches(freeze: FreezeRecord, row: KeyRow): boolean {
    const above = listAncestors(tables, row).map(({ record }) => record);
    return isFrozenBy(freeze, row.record, above);
  }

  function toReceipt(freeze: FreezeRecord): FreezeReceipt {
    const receipt = { keys: 0, calls: 0, heldMicroUsd: 0 };
    for (const id of keys.listActiveIds(freeze.tenant, {}, clock())) {
      const row = keys.find(id);
      if (!row || !matches(freeze, row)) continue;
      const held = listHeld(tries.listOpen(id));
      receipt.keys++;
      receipt.calls += held.length;
      for (const { heldMicroUsd } of held) receipt.heldMicroUsd += heldMicroUsd;
    }
    return receipt;
  }

  return {
    freeze(record) {
      const all = freezes.list(record.tenant);
      if (!all.some(({ id }) => id === record.id)) {
        if (all.length >= MAX_FREEZES) return { status: "too_many" };
        freezes.insert(record);
      }
      return { status: "set", ...toReceipt(record) };
    },

    listFreezes: (tenant) => [...freezes.list(tenant)],

    liftFreeze(tenant, id) {
      const found = freezes.list(tenant).find((freeze) => freeze.id === id);
      if (found) freezes.delete(found);
      return found;
    },
  };
}
