import type { DatabaseSync } from "node:sqlite";
import type { IssueRow, IssueTable, Tables } from "../decide/tables.ts";
import { createAccounts } from "./accounts.ts";
import { createSqliteAudit } from "./audit-table.ts";
import { createSqliteBudgets } from "./budget-table.ts";
import { createSqliteFreezes } from "./freeze-table.ts";
import { createSqliteKeys } from "./key-table.ts";
import { createSqliteObjects } from "./object-table.ts";
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
  const objects = createSqliteObjects(database, unit, clock);
  const accounts = createAccounts(database, unit, objects);
  const reservations = createSqliteReservations(database, unit, accounts);
  return {
    keys: createSqliteKeys(database, unit, accounts),
    budgets: createSqliteBudgets(database, unit, accounts),
    tries: createSqliteTries(database, unit, reservations),
    reservations,
    objects,
    issues: createSqliteIssues(database),
    freezes: createSqliteFreezes(database, unit),
    audit: createSqliteAudit(database, onAppend),
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
