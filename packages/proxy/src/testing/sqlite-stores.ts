import { copyFileSync, existsSync, mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type StoreBench, storeCase } from "../stores/cases/store-bench.ts";
import { createSqliteStore, type SqliteStoreOptions } from "../stores/sqlite.ts";
import type { Store } from "../stores/store.ts";
import type { CreateStore } from "../stores/store-cases.ts";

/** A folder that is removed with its test. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "keybrake-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** Stores in files of a folder. One is reopened from what was on the disk at that moment, as after `kill -9`. */
export function createSqliteStores(
  folder: string,
  options: Pick<SqliteStoreOptions, "synchronous"> = {},
): CreateStore {
  const opened = new Map<Store, { path: string; clock: () => number }>();
  let count = 0;

  function open(path: string, clock: () => number): Store {
    const store = createSqliteStore({ path, clock, ...options });
    opened.set(store, { path, clock });
    return store;
  }

  const toNextPath = (): string => join(folder, `${++count}.db`);
  const create = (clock: () => number): Store => open(toNextPath(), clock);
  return Object.assign(create, {
    async reopen(store: Store): Promise<Store> {
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

/** A test on a bench whose store is kept in a file. */
export function onSqlite(play: (bench: StoreBench, file: string) => Promise<void>): () => Promise<void> {
  return () => {
    const folder = makeFolder();
    const { run } = storeCase("a test of its own", (bench) => play(bench, join(folder, "1.db")));
    return run(createSqliteStores(folder));
  };
}
