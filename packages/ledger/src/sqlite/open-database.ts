import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { LedgerOpenError } from "../ledger-open-error.ts";
import { createPrivateFile } from "./create-private-file.ts";
import { loadSqlite } from "./load-sqlite.ts";
import { lockDatabase } from "./lock.ts";
import { migrate } from "./migrate.ts";

// Nobody else writes, but whoever looks at the file with a tool of his own may be in the way for a moment.
const BUSY_TIMEOUT_MS = 250;

// 32 MB. A page that changes many times meanwhile is moved into the database once.
const CHECKPOINT_PAGES = 8_000;

/** A database that this process alone writes to. */
export interface OpenDatabase {
  database: DatabaseSync;
  /** Moves all into the one file, and lets the next one in. */
  close(): void;
}

/**
 * Opens a ledger's database, made where there is none, and brings its tables up to date.
 *
 * @throws {LedgerOpenError} the file can't be opened, is another's, or is no ledger that this program knows
 */
export function openDatabase(path: string, synchronous: "full" | "normal"): OpenDatabase {
  const { DatabaseSync } = loadSqlite();
  const file = toRealPath(path);
  const unlock = lockDatabase(file);
  let database: DatabaseSync | undefined;
  try {
    createPrivateFile(file);
    // Nothing here refers to a row that isn't there, and to look for it costs more than to write some rows.
    database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: false });
    database.exec(
      `PRAGMA journal_mode = wal; PRAGMA synchronous = ${synchronous}; PRAGMA fullfsync = on;
       PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`,
    );
    migrate(database, path);
  } catch (error) {
    database?.close();
    unlock();
    if (error instanceof LedgerOpenError) throw error;
    throw new LedgerOpenError(`${path} can't be opened: ${(error as Error).message}`, { cause: error });
  }
  const opened = database;
  return {
    database: opened,
    close() {
      try {
        opened.exec("PRAGMA wal_checkpoint(truncate)");
      } finally {
        opened.close();
        unlock();
      }
    },
  };
}

/** One name for one file, by whatever links it was reached. */
function toRealPath(path: string): string {
  const file = resolve(path);
  if (existsSync(file)) return realpathSync(file);
  const folder = dirname(file);
  if (!existsSync(folder))
    throw new LedgerOpenError(`${path} can't be created: there is no folder ${folder}`);
  return join(realpathSync(folder), basename(file));
}
