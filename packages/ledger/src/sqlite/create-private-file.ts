import { closeSync, openSync } from "node:fs";
import { LedgerOpenError } from "../ledger-open-error.ts";

/**
 * Makes an empty file that only its owner may read, where there is none. One that is there is not touched: to open
 * and close it would end the locks that this process has on it.
 *
 * @throws {LedgerOpenError} it can't be made
 */
export function createPrivateFile(file: string): void {
  try {
    closeSync(openSync(file, "wx", 0o600));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EEXIST") throw new LedgerOpenError(`${file} can't be created: ${code}`, { cause: error });
  }
}
