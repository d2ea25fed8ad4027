import type { DatabaseSync } from "node:sqlite";
import type { KeyRow, KeyTable } from "../decide/tables.ts";
import type { KeyFilter, KeyRecord } from "../ledger.ts";
import type { Accounts } from "./accounts.ts";
import { type Condition, createFinder, prepare } from "./prepare.ts";
import type { UnitOfWork } from "./unit-of-work.ts";

type Columns = Omit<KeyRecord, "policy" | "frozen"> & {
  frozen: 0 | 1;
  policy: string;
  account: number;
  calls: number;
  recentCalls: string;
  receipt: string | null;
};

const SELECT = `SELECT id, tenant, parent AS parentId, token_hash AS tokenHash, label, vendor, mode, policy,
  created_at AS createdAt, expires_at AS expiresAt, max_expires_at AS maxExpiresAt, revoked_at AS revokedAt,
  frozen, changes, account, calls, recent_calls AS recentCalls, receipt FROM keys`;

export function createSqliteKeys(database: DatabaseSync, unit: UnitOfWork, accounts: Accounts): KeyTable {
  const insert = prepare(
    database,
    `INSERT INTO keys (id, tenant, parent, token_hash, label, vendor, mode, policy, created_at, expires_at,
       max_expires_at, revoked_at, frozen, changes, account) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const find = prepare<Columns>(database, `${SELECT} WHERE id = ?`);
  const findByTokenHash = prepare<Columns>(database, `${SELECT} WHERE token_hash = ?`);
  const listChildren = prepare<Columns>(database, `${SELECT} WHERE parent = ?`);
  const update = prepare(
    database,
    "UPDATE keys SET expires_at = ?, revoked_at = ?, calls = ?, recent_calls = ?, receipt = ? WHERE id = ?",
  );
  const saveChanges = prepare(database, "UPDATE keys SET policy = ?, frozen = ?, changes = ? WHERE id = ?");
  const findMany = createFinder<Columns>(database);

  const rows = unit.createCache<string, KeyRow>();
  const rowsByHash = unit.createCache<string, KeyRow>();
  const children = unit.createCache<string, KeyRow[]>();

  function toRow(columns: Columns): KeyRow {
    const known = rows.get(columns.id);
    if (known) return known;
    const { id, account, calls, recentCalls, receipt } = columns;
    const row: KeyRow = {
      record: toRecord(columns),
      account: accounts.get(account),
      calls,
      recentCalls: JSON.parse(recentCalls),
      ...(receipt === null ? {} : { receipt: JSON.parse(receipt) }),
    };
    rows.set(id, row);
    return row;
  }

  function write({ record, calls, recentCalls, receipt }: KeyRow): void {
    const { id, expiresAt, revokedAt } = record;
    const kept = receipt ? JSON.stringify(receipt) : null;
    update.run(expiresAt, revokedAt, calls, JSON.stringify(recentCalls), kept, id);
  }

  return {
    insert(record) {
      const { id, tenant, parentId, tokenHash, label, vendor, mode, policy } = record;
      const { createdAt, expiresAt, maxExpiresAt, revokedAt, frozen, changes } = record;
      const above = parentId === null ? undefined : this.find(parentId)?.account;
      insert.run(
        ...[id, tenant, parentId, tokenHash, label, vendor, mode, JSON.stringify(policy)],
        ...[createdAt, expiresAt, maxExpiresAt, revokedAt, Number(frozen), changes],
        accounts.open(above).id,
      );
      if (parentId !== null) children.delete(parentId);
    },
    find(id) {
      const known = rows.get(id);
      if (known) return known;
      const columns = find.get(id);
      return columns && toRow(columns);
    },
    findByTokenHash(tokenHash) {
      const known = rowsByHash.get(tokenHash);
      if (known) return known.record;
      const columns = findByTokenHash.get(tokenHash);
      if (!columns) return undefined;
      const row = toRow(columns);
      rowsByHash.set(tokenHash, row);
      return row.record;
    },
    listChildren(id) {
      const found = children.get(id) ?? listChildren.all(id).map(toRow);
      children.set(id, found);
      return found;
    },
    list(tenant, filter, { limit, startingAfter }, now) {
      const after: Condition = ["seq < coalesce((SELECT seq FROM keys WHERE id = ?), 9e15)", startingAfter];
      unit.flush();
      const found = findMany(
        SELECT,
        [["tenant = ?", tenant], ...toConditions(filter, now), after],
        "ORDER BY seq DESC LIMIT ?",
        limit + 1,
      );
      return { items: found.slice(0, limit).map(toRecord), hasMore: found.length > limit };
    },
    listActiveIds(tenant, filter, now) {
      unit.flush();
      const active = toConditions({ ...filter, status: "active" }, now);
      return findMany(SELECT, [["tenant = ?", tenant], ...active], "ORDER BY seq").map(({ id }) => id);
    },
    save: (row) => unit.writeLater(row, () => write(row)),
    saveChanges({ record: { id, policy, frozen, changes } }) {
      saveChanges.run(JSON.stringify(policy), Number(frozen), changes, id);
    },
  };
}

function toRecord(columns: Columns): KeyRecord {
  const { account: _account, calls: _calls, recentCalls: _recent, receipt: _receipt, ...fields } = columns;
  return { ...fields, policy: JSON.parse(columns.policy), frozen: columns.frozen === 1 };
}

const STATUS = {
  active: (now: number): Condition => ["revoked_at IS NULL AND expires_at > ?", now],
  expired: (now: number): Condition => ["revoked_at IS NULL AND expires_at <= ?", now],
  revoked: (): Condition => ["revoked_at IS NOT NULL"],
};

function toConditions({ status, vendor, labelPrefix, budget }: KeyFilter, now: number): Condition[] {
  return [
    ...(status === undefined ? [] : [STATUS[status](now)]),
    ["vendor = ?", vendor],
    ["substr(label, 1, length(?)) = ?", labelPrefix, labelPrefix],
    ["EXISTS (SELECT 1 FROM json_each(policy, '$.budgets') WHERE value = ?)", budget],
  ];
}
