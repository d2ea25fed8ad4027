import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import type { DatabaseSync } from "node:sqlite";
import { LedgerOpenError } from "../ledger-open-error.ts";
import { createPrivateFile } from "./create-private-file.ts";
import { loadSqlite } from "./load-sqlite.ts";

// Some 400 kB: between two of them other work of this process has its turn.
const PAGES_A_STEP = 100;

/**
 * Copies a ledger's database as it is at this moment into a file of its own, whether or not a proxy has it open.
 * The file appears when it is whole.
 *
 * @param onProgress told how much is copied, in pages, while more is to come
 * @throws {LedgerOpenError} there is no ledger, or it can't be read
 */
export async function backUpDatabase(
  path: string,
  target: string,
  onProgress: (copied: number, total: number) => void,
): Promise<void> {
  const { DatabaseSync, backup } = loadSqlite();
  if (!existsSync(path)) throw new LedgerOpenError(`${path} does not exist`);
  const partial = `${target}.partial`;
  await rm(partial, { force: true });
  createPrivateFile(partial);
  let source: DatabaseSync | undefined;
  try {
    source = new DatabaseSync(path, { readOnly: true });
    // What this transaction sees is what is copied: without it, each write of the proxy would begin the copy anew.
    source.exec("BEGIN; SELECT count(*) FROM schema_versions");
    await backup(source, partial, {
      rate: PAGES_A_STEP,
      progress: ({ totalPages, remainingPages }) => onProgress(totalPages - remainingPages, totalPages),
    });
    await rename(partial, target);
  } catch (error) {
    throw new LedgerOpenError(`${path} can't be backed up: ${(error as Error).message}`, { cause: error });
  } finally {
    source?.close();
    await rm(partial, { force: true });
  }
}
