import { LedgerOpenError } from "../ledger-open-error.ts";

type Sqlite = typeof import("node:sqlite");

/**
 * The SQLite of Node. It is asked for and not imported, so that this package loads where there is none.
 *
 * @throws {LedgerOpenError} this Node has none
 */
export function loadSqlite(): Sqlite {
  const sqlite = process.getBuiltinModule?.("node:sqlite") as Sqlite | undefined;
  if (!sqlite) {
    throw new LedgerOpenError(
      `the SQLite store needs Node.js 22.13 or newer, and this is ${process.version}; "memory" needs none`,
    );
  }
  return sqlite;
}
