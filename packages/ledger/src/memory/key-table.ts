import { matchesScope } from "../decide/freezing.ts";
import { getStatus } from "../decide/key-state.ts";
import type { SpendAccount } from "../decide/spend-account.ts";
import type { KeyRow, KeyTable } from "../decide/tables.ts";
import type { KeyFilter, KeyRecord } from "../ledger.ts";
import { toPage } from "./to-page.ts";

const NONE: readonly KeyRow[] = [];

export function createMemoryKeys(openAccount: (above?: SpendAccount) => SpendAccount): KeyTable {
  const rows = new Map<string, KeyRow>();
  const idsByTokenHash = new Map<string, string>();
  const children = new Map<string, KeyRow[]>();
  return {
    insert(record) {
      const above = record.parentId === null ? undefined : rows.get(record.parentId);
      const row: KeyRow = { record, account: openAccount(above?.account), calls: 0, recentCalls: [] };
      rows.set(record.id, row);
      idsByTokenHash.set(record.tokenHash, record.id);
      if (record.parentId === null) return;
      const siblings = children.get(record.parentId);
      if (siblings) siblings.push(row);
      else children.set(record.parentId, [row]);
    },
    find: (id) => rows.get(id),
    findByTokenHash: (tokenHash) => rows.get(idsByTokenHash.get(tokenHash) ?? "")?.record,
    listChildren: (id) => children.get(id) ?? NONE,
    list(tenant, filter, page, now) {
      const newestFirst = [...rows.values()].map(({ record }) => record).reverse();
      const found = newestFirst.filter(
        (record) => record.tenant === tenant && matchesKey(record, filter, now),
      );
      return toPage(found, page, ({ id }) => id);
    },
    listActiveIds(tenant, filter, now) {
      const active = { ...filter, status: "active" as const };
      return [...rows.values()]
        .filter(({ record }) => record.tenant === tenant && matchesKey(record, active, now))
        .map(({ record }) => record.id);
    },
    save() {},
    saveChanges() {},
  };
}

/** Whether a key passes every given filter. */
export function matchesKey(record: KeyRecord, { status, ...scope }: KeyFilter, now: number): boolean {
  return (status === undefined || getStatus(record, now) === status) && matchesScope(record, scope);
}
