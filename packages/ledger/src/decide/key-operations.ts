import type { KeyRecord, LimitRefusal } from "../ledger.ts";
import { applyChanges, getCarvedRaise, listRaised, losesOwnCaps } from "./change-key.ts";
import { ISSUE_KEPT_MS } from "./constants.ts";
import { bindKey, getBudget, getStatus, listAncestors, listFamily, toKeyState } from "./key-state.ts";
import { isCapped, refuseCarving } from "./limits.ts";
import { listHeld } from "./list-held.ts";
import type { OperationsNamed } from "./operations-named.ts";
import type { KeyRow, Tables } from "./tables.ts";

type KeyVerb =
  | "createKey"
  | "findKey"
  | "getKey"
  | "listKeys"
  | "extendKey"
  | "changeKey"
  | "revokeKeys"
  | "listInFlight"
  | "keepReceipt"
  | "getReceipt";

/** The verbs about keys. */
export function createKeyOperations(tables: Tables, clock: () => number): OperationsNamed<KeyVerb> {
  const { keys, issues, tries, freezes } = tables;

  function findOwn(tenant: string, id: string): KeyRow | undefined {
    const row = keys.find(id);
    return row?.record.tenant === tenant ? row : undefined;
  }

  function refuseChild(parent: KeyRow, { policy }: KeyRecord): LimitRefusal | undefined {
    const now = clock();
    const status = getStatus(parent.record, now);
    if (status !== "active") return { code: status === "revoked" ? "key_revoked" : "key_expired" };
    return refuseCarving(toKeyState(tables, parent, now), policy.totalCapMicroUsd ?? 0, now);
  }

  /** Why a child's total cap can't be raised, if so: the raise is set aside in its parent. */
  function refuseRaise(before: KeyRecord, after: KeyRecord): LimitRefusal | undefined {
    const raise = getCarvedRaise(before.policy, after.policy);
    const parent = before.parentId === null ? undefined : keys.find(before.parentId);
    if (!parent || raise === 0) return undefined;
    return refuseCarving(toKeyState(tables, parent, clock()), raise, clock());
  }

  function hasCappedBudget({ tenant, policy }: KeyRecord): boolean {
    return policy.budgets.some((name) => isCapped(getBudget(tables, tenant, name)));
  }

  /** Revokes a key, and those of the carved ones that live; gives the ids. */
  function revokeFamily(row: KeyRow): string[] {
    const now = clock();
    const members = listFamily(tables, row).filter(
      (member) => member === row || getStatus(member.record, now) === "active",
    );
    for (const member of members) {
      member.record = { ...member.record, revokedAt: clock() };
      keys.save(member);
    }
    return members.map(({ record }) => record.id);
  }

  return {
    createKey(record, replay) {
      const before = replay && issues.find(replay.key);
      if (replay && before && before.at > clock() - ISSUE_KEPT_MS) {
        if (before.requestHash !== replay.requestHash) return { status: "conflict" };
        const row = keys.find(before.keyId);
        if (row) return { status: "replayed", record: row.record, salt: before.salt };
      }
      const parent = record.parentId === null ? undefined : findOwn(record.tenant, record.parentId);
      const refusal = parent && refuseChild(parent, record);
      if (refusal) return { status: "no_room", refusal };
      keys.insert(record);
      for (const name of record.policy.budgets) getBudget(tables, record.tenant, name);
      if (replay) issues.save({ ...replay, keyId: record.id, at: clock() });
      return { status: "created" };
    },

    findKey(tokenHash) {
      const record = keys.findByTokenHash(tokenHash);
      const all = record && freezes.list(record.tenant);
      if (!all || (record.parentId === null && all.length === 0)) return record;
      const above = listAncestors(tables, { record }).map((ancestor) => ancestor.record);
      return bindKey(record, above, all);
    },

    getKey(tenant, id) {
      const row = findOwn(tenant, id);
      return row && toKeyState(tables, row, clock());
    },

    listKeys: (tenant, filter, page) => keys.list(tenant, filter, page, clock()),

    extendKey(tenant, id, expiresAt) {
      const row = findOwn(tenant, id);
      if (!row || getStatus(row.record, clock()) !== "active") return row?.record;
      row.record = { ...row.record, expiresAt: Math.min(expiresAt, row.record.maxExpiresAt) };
      keys.save(row);
      return row.record;
    },

    changeKey(tenant, id, changes, { mayRaise, requireCap }) {
      const row = findOwn(tenant, id);
      if (!row) return undefined;
      const { record } = row;
      if (getStatus(record, clock()) !== "active") return { status: "ended" };
      const fields = mayRaise ? [] : listRaised(record, changes);
      if (fields.length > 0) return { status: "raises", fields };
      const changed = applyChanges(record, changes);
      if (requireCap && losesOwnCaps(record.policy, changed.policy) && !hasCappedBudget(record))
        return { status: "uncapped" };
      const refusal = refuseRaise(record, changed);
      if (refusal) return { status: "no_room", refusal };
      row.record = changed;
      keys.saveChanges(row);
      return { status: "changed", record: changed };
    },

    revokeKeys(tenant, filter) {
      const ids = "id" in filter ? [filter.id] : keys.listActiveIds(tenant, filter, clock());
      // One after the other: a key of the list may be of the family of another.
      return ids.flatMap((id) => {
        const row = findOwn(tenant, id);
        return row && row.record.revokedAt === null ? revokeFamily(row) : [];
      });
    },

    listInFlight(tenant, keyId) {
      return findOwn(tenant, keyId) ? listHeld(tries.listOpen(keyId)) : [];
    },

    keepReceipt(tenant, keyId, receipt) {
      const row = findOwn(tenant, keyId);
      if (!row || row.receipt) return row?.receipt ?? receipt;
      row.receipt = receipt;
      keys.save(row);
      return receipt;
    },

    getReceipt: (tenant, keyId) => findOwn(tenant, keyId)?.receipt,
  };
}
