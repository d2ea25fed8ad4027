import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type LedgerBench, storeCase } from "../src/cases/store-bench.ts";
import { createSqliteStores } from "./create-sqlite-stores.ts";

/** A folder that is removed with its test. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "keybrake-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** A test on a bench whose store is kept in a file. */
export function onSqlite(play: (bench: LedgerBench, file: string) => Promise<void>): () => Promise<void> {
  return () => {
    const folder = makeFolder();
    const { run } = storeCase("a test of its own", (bench) => play(bench, join(folder, "1.db")));
    return run(createSqliteStores(folder));
  };
}
