import type { DatabaseSync } from "node:sqlite";
import { LedgerOpenError } from "../ledger-open-error.ts";
import { createPrivateFile } from "./create-private-file.ts";
import { loadSqlite } from "./load-sqlite.ts";

/**
 * Keeps every other ledger, of this process or another, from a database file; readers such as a backup are let in.
 * The lock is one of the operating system, on a file of its own, so that it ends with the process, however that
 * ends.
 *
 * @returns ends it
 * @throws {LedgerOpenError} another process has locked it
 */
export function lockDatabase(file: string): () => void {
  const lockFile = `${file}-lock`;
  createPrivateFile(lockFile);
  const { DatabaseSync } = loadSqlite();
  const lock: DatabaseSync = new DatabaseSync(lockFile, { timeout: 0 });
  try {
    // Nothing is ever written, so that no journal is needed beside it.
    lock.exec("PRAGMA journal_mode = memory; BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    const { errcode } = error as { errcode?: number };
    if (errcode !== SQLITE_BUSY) throw error;
    throw new LedgerOpenError(`another Keybrake process has ${file} open`);
  }
  return () => lock.close();
}

const SQLITE_BUSY = 5;
