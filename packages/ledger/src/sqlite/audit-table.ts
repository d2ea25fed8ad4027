import type { DatabaseSync } from "node:sqlite";
import type { AuditTable } from "../decide/tables.ts";
import type { AuditFilter, AuditRecord, PageOf } from "../ledger.ts";
import { type Condition, createFinder, prepare } from "./prepare.ts";

interface Columns {
  record: string;
}

const SELECT = "SELECT record FROM audit";

/** @param onAppend told of each entry, before it is kept for good */
export function createSqliteAudit(database: DatabaseSync, onAppend: () => void): AuditTable {
  const insert = prepare(
    database,
    `INSERT INTO audit (id, tenant, key, label, vendor, decision, outcome, at, reservation, record)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const find = prepare<Columns>(database, `${SELECT} WHERE id = ?`);
  const update = prepare(database, "UPDATE audit SET outcome = ?, record = ? WHERE id = ?");
  const findNewest = prepare<{ id: string }>(
    database,
    "SELECT id FROM audit WHERE tenant = ? ORDER BY seq DESC LIMIT 1",
  );
  const findMany = createFinder<Columns>(database);

  function findPage(
    tenant: string,
    filter: AuditFilter,
    after: Condition,
    order: "ASC" | "DESC",
    limit: number,
  ): PageOf<AuditRecord> {
    const conditions: Condition[] = [["tenant = ?", tenant], ...toConditions(filter), after];
    const rows = findMany(SELECT, conditions, `ORDER BY seq ${order} LIMIT ?`, limit + 1);
    return { items: rows.slice(0, limit).map(toRecord), hasMore: rows.length > limit };
  }

  return {
    append(record, attempt) {
      const reservation = attempt?.reservation.spends ? attempt.reservation : undefined;
      const { id, tenant, keyId, label, vendor, decision, outcome, at } = record;
      insert.run(
        ...[id, tenant, keyId, label, vendor, decision, outcome, at],
        ...[reservation?.id ?? null, JSON.stringify(record)],
      );
      onAppend();
    },
    find(id) {
      const columns = find.get(id);
      return columns && toRecord(columns);
    },
    replace(record) {
      update.run(record.outcome, JSON.stringify(record), record.id);
    },
    list(tenant, filter, { limit, startingAfter }) {
      const after: Condition = ["seq < coalesce((SELECT seq FROM audit WHERE id = ?), 0)", startingAfter];
      return findPage(tenant, filter, after, "DESC", limit);
    },
    listAfter(tenant, filter, { limit, startingAfter }) {
      const after: Condition = ["seq > coalesce((SELECT seq FROM audit WHERE id = ?), 0)", startingAfter];
      return findPage(tenant, filter, after, "ASC", limit);
    },
    getNewestId: (tenant) => findNewest.get(tenant)?.id,
  };
}

const toRecord = ({ record }: Columns): AuditRecord => JSON.parse(record);

function toConditions(filter: AuditFilter): Condition[] {
  const { keyId, labelPrefix, vendor, budget, decision, outcome, since, until } = filter;
  return [
    ["key = ?", keyId],
    ["substr(label, 1, length(?)) = ?", labelPrefix, labelPrefix],
    ["vendor = ?", vendor],
    ["EXISTS (SELECT 1 FROM json_each(record, '$.budgets') WHERE value = ?)", budget],
    ["decision = ?", decision],
    // Written out, so that the index of what is in doubt is used.
    ...(outcome === "unknown" ? [["outcome = 'unknown'"] as const] : []),
    ["outcome = ?", outcome === "unknown" ? undefined : outcome],
    ["at >= ?", since],
    ["at < ?", until],
  ];
}
