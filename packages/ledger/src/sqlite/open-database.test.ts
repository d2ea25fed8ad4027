import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it, onTestFinished, vi } from "vitest";
import { makeFolder, onSqlite } from "../../test-support/sqlite-stores.ts";
import type { Ledger } from "../ledger.ts";
import { LedgerOpenError } from "../ledger-open-error.ts";
import { createSqliteLedger } from "./create-sqlite-ledger.ts";

function open(path: string): Ledger {
  const store = createSqliteLedger({ path });
  onTestFinished(() => store.close());
  return store;
}

it("makes files that only their owner may read", () => {
  const folder = makeFolder();
  open(join(folder, "x.db"));
  const names = readdirSync(folder);
  expect(names.sort()).toEqual(["x.db", "x.db-lock", "x.db-shm", "x.db-wal"]);
  for (const name of names) expect(statSync(join(folder, name)).mode & 0o777, name).toBe(0o600);
});

it("lets no second ledger into a file, by whatever name, until the first is closed", async () => {
  const folder = makeFolder();
  const path = join(folder, "x.db");
  const first = open(path);
  symlinkSync(path, join(folder, "y.db"));
  for (const name of ["x.db", "y.db"]) {
    expect(() => open(join(folder, name))).toThrow(LedgerOpenError);
    expect(() => open(join(folder, name))).toThrow(/^another Keybrake process has .*x\.db open$/);
  }
  await first.ping();
  await first.close();
  await open(path).ping();
});

it.each<[string, (folder: string) => string, RegExp]>([
  [
    "written by a newer Keybrake",
    (folder) => {
      const path = join(folder, "x.db");
      void createSqliteLedger({ path }).close();
      const database = new DatabaseSync(path);
      database.exec("INSERT INTO schema_versions (version, applied_at) VALUES (1000, 0)");
      database.close();
      return path;
    },
    /x\.db was written by a newer Keybrake \(its schema is 1000, this one knows \d+\); update this one$/,
  ],
  [
    "of something else",
    (folder) => {
      const database = new DatabaseSync(join(folder, "x.db"));
      database.exec("CREATE TABLE mine (id)");
      database.close();
      return join(folder, "x.db");
    },
    /x\.db is a database of something else than Keybrake$/,
  ],
  [
    "no database",
    (folder) => {
      writeFileSync(join(folder, "x.db"), "a text ".repeat(1000));
      return join(folder, "x.db");
    },
    /x\.db can't be opened: file is not a database$/,
  ],
  [
    "a folder",
    (folder) => {
      mkdirSync(join(folder, "x.db"));
      return join(folder, "x.db");
    },
    /x\.db can't be opened: /,
  ],
  ["in no folder", (folder) => join(folder, "none", "x.db"), /there is no folder .*none$/],
])("says that a file is %s, and leaves it as it is", (_what, make, says) => {
  const path = make(makeFolder());
  const open = (): unknown => createSqliteLedger({ path });
  expect(open).toThrow(LedgerOpenError);
  expect(open).toThrow(says);
});

it("says which Node it needs where there is no SQLite", () => {
  const spy = vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined as never);
  onTestFinished(() => spy.mockRestore());
  expect(() => createSqliteLedger({ path: "never.db" })).toThrow(/^the SQLite store needs Node\.js 22\.13/);
});

it(
  "keeps of a token nothing but its hash",
  onSqlite(async (bench, file) => {
    const key = await bench.issue({ metadata: { note: "a note" } }, { tokenHash: "only-the-hash" });
    await bench.store.ping();
    const bytes = readFileSync(file).toString("latin1") + readFileSync(`${file}-wal`).toString("latin1");
    expect(bytes).toContain("only-the-hash");
    expect(bytes).toContain(key.id);
    expect(bytes).not.toMatch(/vk_(live|test)_/);
  }),
);
