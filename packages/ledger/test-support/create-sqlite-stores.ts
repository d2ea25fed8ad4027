import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import type { CreateLedger } from "../src/cases.ts";
import type { Ledger } from "../src/ledger.ts";
import { createSqliteLedger, type SqliteLedgerOptions } from "../src/sqlite/create-sqlite-ledger.ts";

/** Stores in files of a folder. One is reopened from what was on the disk at that moment, as after `kill -9`. */
export function createSqliteStores(
  folder: string,
  options: Pick<SqliteLedgerOptions, "synchronous"> = {},
): CreateLedger {
  const opened = new Map<Ledger, { path: string; clock: () => number }>();
  let count = 0;

  function open(path: string, clock: () => number): Ledger {
    const store = createSqliteLedger({ path, clock, ...options });
    opened.set(store, { path, clock });
    return store;
  }

  const toNextPath = (): string => join(folder, `${++count}.db`);
  const create = (clock: () => number): Ledger => open(toNextPath(), clock);
  return Object.assign(create, {
    async reopen(store: Ledger): Promise<Ledger> {
      const crashed = opened.get(store);
      if (!crashed) throw new Error("not a store of this folder");
      const path = toNextPath();
      for (const suffix of ["", "-wal"])
        if (existsSync(crashed.path + suffix)) copyFileSync(crashed.path + suffix, path + suffix);
      await store.close();
      opened.delete(store);
      return open(path, crashed.clock);
    },
  });
}
