import type { DatabaseSync } from "node:sqlite";
import type { IssueRow, IssueTable, ObjectTable, Tables } from "../decide/tables.ts";
import { toUtcDay } from "../decide/window.ts";
import { createAccounts } from "./accounts.ts";
import { createSqliteAudit } from "./audit-table.ts";
import { createSqliteBudgets } from "./budget-table.ts";
import { createSqliteKeys } from "./key-table.ts";
import { prepare } from "./prepare.ts";
import { createSqliteReservations } from "./reservation-table.ts";
import { createSqliteTries } from "./try-table.ts";
import type { UnitOfWork } from "./unit-of-work.ts";

/**
 * The tables of a ledger in a database.
 *
 * @param onAppend told of each audit entry, before it is kept for good
 */
export function createSqliteTables(
  database: DatabaseSync,
  unit: UnitOfWork,
  clock: () => number,
  onAppend: () => void,
): Tables {
  const accounts = createAccounts(database, unit, clock);
  const reservations = createSqliteReservations(database, accounts);
  return {
    keys: createSqliteKeys(database, unit, accounts),
    budgets: createSqliteBudgets(database, unit, accounts),
    tries: createSqliteTries(database, reservations),
    reservations,
    objects: createSqliteObjects(database, clock),
    issues: createSqliteIssues(database),
    audit: createSqliteAudit(database, onAppend),
  };
}

function createSqliteObjects(database: DatabaseSync, clock: () => number): ObjectTable {
  const find = prepare<{ microUsd: number; told: 0 | 1 }>(
    database,
    "SELECT micro_usd AS microUsd, told FROM objects WHERE tenant = ? AND object = ?",
  );
  const save = prepare(
    database,
    "INSERT OR REPLACE INTO objects (tenant, object, micro_usd, told, day) VALUES (?, ?, ?, ?, ?)",
  );
  return {
    find(tenant, objectId) {
      const found = find.get(tenant, objectId);
      return found && { microUsd: found.microUsd, told: found.told === 1 };
    },
    save: (tenant, { objectId, microUsd, told }) =>
      void save.run(tenant, objectId, microUsd, Number(told), toUtcDay(clock())),
  };
}

function createSqliteIssues(database: DatabaseSync): IssueTable {
  const find = prepare<IssueRow>(
    database,
    `SELECT replay_key AS "key", request_hash AS requestHash, salt, key AS keyId, at FROM issues
     WHERE replay_key = ?`,
  );
  const save = prepare(
    database,
    "INSERT OR REPLACE INTO issues (replay_key, request_hash, salt, key, at) VALUES (?, ?, ?, ?, ?)",
  );
  const forget = prepare(database, "DELETE FROM issues WHERE at <= ?");
  return {
    find: (replayKey) => find.get(replayKey),
    save: ({ key, requestHash, salt, keyId, at }) => void save.run(key, requestHash, salt, keyId, at),
    forget: (before) => void forget.run(before),
  };
}
