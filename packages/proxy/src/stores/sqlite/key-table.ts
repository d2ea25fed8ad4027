import type { DatabaseSync } from "node:sqlite";
import type { KeyRow, KeyTable } from "../ledger/tables.ts";
import type { KeyFilter, KeyRecord } from "../store.ts";
import type { Accounts } from "./accounts.ts";
import { type Condition, createFinder, prepare } from "./prepare.ts";

type Columns = Omit<KeyRecord, "policy"> & {
  policy: string;
  account: number;
  calls: number;
  recentCalls: string;
  receipt: string | null;
};

const SELECT = `SELECT id, tenant, parent AS parentId, token_hash AS tokenHash, label, vendor, mode, policy,
  created_at AS createdAt, expires_at AS expiresAt, max_expires_at AS maxExpiresAt, revoked_at AS revokedAt,
  account, calls, recent_calls AS recentCalls, receipt FROM keys`;

export function createSqliteKeys(database: DatabaseSync, accounts: Accounts): KeyTable {
  const insert = prepare(
    database,
    `INSERT INTO keys (id, tenant, parent, token_hash, label, vendor, mode, policy, created_at, expires_at,
       max_expires_at, revoked_at, account) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const find = prepare<Columns>(database, `${SELECT} WHERE id = ?`);
  const findByTokenHash = prepare<Columns>(database, `${SELECT} WHERE token_hash = ?`);
  const listChildren = prepare<Columns>(database, `${SELECT} WHERE parent = ?`);
  const update = prepare(
    database,
    "UPDATE keys SET expires_at = ?, revoked_at = ?, calls = ?, recent_calls = ?, receipt = ? WHERE id = ?",
  );
  const findMany = createFinder<Columns>(database);

  function toRow(columns: Columns): KeyRow {
    const { account, calls, recentCalls, receipt } = columns;
    return {
      record: toRecord(columns),
      account: accounts.get(account),
      calls,
      recentCalls: JSON.parse(recentCalls),
      ...(receipt === null ? {} : { receipt: JSON.parse(receipt) }),
    };
  }

  return {
    insert(record) {
      const { id, tenant, parentId, tokenHash, label, vendor, mode, policy } = record;
      const { createdAt, expiresAt, maxExpiresAt, revokedAt } = record;
      insert.run(
        ...[id, tenant, parentId, tokenHash, label, vendor, mode, JSON.stringify(policy)],
        ...[createdAt, expiresAt, maxExpiresAt, revokedAt, accounts.open().id],
      );
    },
    find(id) {
      const columns = find.get(id);
      return columns && toRow(columns);
    },
    findByTokenHash(tokenHash) {
      const columns = findByTokenHash.get(tokenHash);
      return columns && toRecord(columns);
    },
    listChildren: (id) => listChildren.all(id).map(toRow),
    list(tenant, filter, { limit, startingAfter }, now) {
      const after: Condition = ["seq < coalesce((SELECT seq FROM keys WHERE id = ?), 9e15)", startingAfter];
      const rows = findMany(
        SELECT,
        [["tenant = ?", tenant], ...toConditions(filter, now), after],
        "ORDER BY seq DESC LIMIT ?",
        limit + 1,
      );
      return { items: rows.slice(0, limit).map(toRecord), hasMore: rows.length > limit };
    },
    listActiveIds(tenant, filter, now) {
      const active = toConditions({ ...filter, status: "active" }, now);
      return findMany(SELECT, [["tenant = ?", tenant], ...active], "ORDER BY seq").map(({ id }) => id);
    },
    save({ record, calls, recentCalls, receipt }) {
      const { id, expiresAt, revokedAt } = record;
      const kept = receipt ? JSON.stringify(receipt) : null;
      update.run(expiresAt, revokedAt, calls, JSON.stringify(recentCalls), kept, id);
    },
  };
}

function toRecord(columns: Columns): KeyRecord {
  const { account: _account, calls: _calls, recentCalls: _recent, receipt: _receipt, ...fields } = columns;
  return { ...fields, policy: JSON.parse(columns.policy) };
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
