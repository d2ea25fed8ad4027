import { backUpDatabase } from "@keybrake/ledger";
import { ConfigError } from "./config-error.ts";
import { parseLedgerSpec } from "./ledger-spec.ts";

/**
 * Copies a ledger as it is at this moment into a file, while a proxy works with it or not. A file that is there is
 * replaced when the copy is whole.
 *
 * @param store as the configuration names it
 * @param onProgress told how much is copied, in pages of the database, while more is to come
 * @throws {ConfigError} the store is not one that is kept in a file
 * @throws {LedgerOpenError} there is no ledger, or it can't be read
 * @example
 * await backUpLedger("sqlite:./keybrake.db", "./keybrake-backup.db");
 */
export async function backUpLedger(
  store: string,
  target: string,
  onProgress: (copied: number, total: number) => void = () => {},
): Promise<void> {
  const spec = parseLedgerSpec(store);
  if (spec.kind !== "sqlite") {
    throw new ConfigError(`store: only a ledger in SQLite is a file; this one is "${spec.kind}"`);
  }
  await backUpDatabase(spec.path, target, onProgress);
}
