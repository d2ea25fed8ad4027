import { createOperations, toLedgerOperations } from "../decide/operations.ts";
import type { Ledger } from "../ledger.ts";
import { createListeners } from "../listeners.ts";
import { createGroupCommit } from "./group-commit.ts";
import { openDatabase } from "./open-database.ts";
import { prepare } from "./prepare.ts";
import { createRetention } from "./retention.ts";
import { createSqliteTables } from "./tables.ts";
import { createUnitOfWork } from "./unit-of-work.ts";

/** Where a ledger is kept in SQLite, and how. */
export interface SqliteLedgerOptions {
  /** The file; made where there is none. Files beside it end in `-wal`, `-shm` and `-lock`. */
  path: string;
  /**
   * `full` (the default): what was answered is on the disk. `normal`: a power cut may lose the last moments, the
   * crash of this process nothing.
   */
  synchronous?: "full" | "normal";
  /** How long audit entries, and keys that have ended, are kept. Default: for ever. */
  retentionMs?: number;
  /** Ms since the epoch. Default `Date.now`. */
  clock?: () => number;
}

/**
 * The ledger in a file of this machine. It outlives the process, however that ends. One process at a time has it.
 *
 * @throws {LedgerOpenError} another process has it, it is of a newer Keybrake, or it can't be opened
 * @example
 * const store = createSqliteLedger({ path: "./keybrake.db" });
 */
export function createSqliteLedger(options: SqliteLedgerOptions): Ledger {
  const { path, synchronous = "full", retentionMs, clock = Date.now } = options;
  const { database, close } = openDatabase(path, synchronous);
  const listeners = createListeners();
  let appended = false;
  const unit = createUnitOfWork();
  const tables = createSqliteTables(database, unit, clock, () => {
    appended = true;
  });
  const group = createGroupCommit(database, unit, () => {
    const isNews = appended;
    appended = false;
    if (isNews) listeners.call();
  });
  const dropOld = createRetention(database);
  // Changes nothing, and yet is written: a ledger that can only be read can't serve.
  const probe = prepare(database, "UPDATE schema_versions SET version = version WHERE version = 1");
  const verbs = toLedgerOperations(createOperations(tables, clock), async (verb, act) =>
    // Between two groups nothing is half done, so that reading needs no transaction.
    READS.has(verb) ? act() : group.add(act),
  );

  /** Rows go that the transaction may have in hand: it writes them first, and reads anew what is left. */
  function drop(): void {
    unit.flush();
    unit.forget();
    if (retentionMs !== undefined) dropOld(clock() - retentionMs);
  }

  return {
    ...verbs,
    async endOverdue() {
      // It drops rows that may be in memory, too.
      const count = await verbs.endOverdue();
      await group.add(drop);
      return count;
    },
    onAudit: listeners.add,
    // Only one process has the ledger.
    onRevoke: () => () => {},
    now: clock,
    ping: () => group.add(() => void probe.run()),
    async close() {
      if (!database.isOpen) return;
      group.flush();
      close();
    },
  };
}

const READS: ReadonlySet<keyof Ledger> = new Set([
  "findKey",
  "getKey",
  "listKeys",
  "listInFlight",
  "getReceipt",
  "listFreezes",
  "getBudget",
  "listBudgets",
  "getExposure",
  "listAudit",
  "listAuditAfter",
  "getNewestAuditId",
] as const);
