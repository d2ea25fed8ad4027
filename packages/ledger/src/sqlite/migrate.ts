import type { DatabaseSync } from "node:sqlite";
import { LedgerOpenError } from "../ledger-open-error.ts";
import { LEDGER } from "./migrations/001-ledger.ts";
import { RETENTION } from "./migrations/002-retention.ts";
import { OBJECTS } from "./migrations/003-objects.ts";
import { BRAKES } from "./migrations/004-brakes.ts";
import { FREEZES } from "./migrations/005-freezes.ts";
import { MONTHLY_CAPS } from "./migrations/006-monthly-caps.ts";

/** In the order of their numbers, which are their places. One that was released is never changed again. */
const MIGRATIONS = [LEDGER, RETENTION, OBJECTS, BRAKES, FREEZES, MONTHLY_CAPS] as const;

/** The version of the tables that this program works with. */
export const SCHEMA_VERSION: number = MIGRATIONS.length;

/**
 * Brings the tables of a ledger to a version; those of an empty file, too.
 *
 * @throws {LedgerOpenError} they are of a newer version, or no ledger
 */
export function migrate(database: DatabaseSync, name: string, version: number = SCHEMA_VERSION): void {
  const from = readVersion(database, name);
  if (from > version) {
    throw new LedgerOpenError(
      `${name} was written by a newer Keybrake (its schema is ${from}, this one knows ${version}); update this one`,
    );
  }
  for (const [index, sql] of MIGRATIONS.slice(0, version).entries()) {
    if (index < from) continue;
    database.exec("BEGIN IMMEDIATE");
    try {
      database.exec(sql);
      database
        .prepare("INSERT INTO schema_versions (version, applied_at) VALUES (?, ?)")
        .run(index + 1, Date.now());
      database.exec("COMMIT");
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  }
}

function readVersion(database: DatabaseSync, name: string): number {
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  if (tables.length === 0) {
    database.exec(
      "CREATE TABLE schema_versions (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT",
    );
  } else if (!tables.some((table) => table.name === "schema_versions")) {
    throw new LedgerOpenError(`${name} is a database of something else than Keybrake`);
  }
  const newest = database.prepare("SELECT max(version) AS version FROM schema_versions").get();
  return Number(newest?.version ?? 0);
}
