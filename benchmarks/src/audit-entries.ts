import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { BenchContext } from "./bench-context.ts";
import { issueKey, makePolicy, payOnce, startKeybrake } from "./keybrake-proxy.ts";
import { toStoreUrl } from "./targets.ts";

const BATCH = 250_000;
const CALLS = 3;

/**
 * Makes a SQLite ledger with a key and as many audit entries, in a new folder. The proxy itself writes the first
 * three; the others are copies of the last one, under new ids.
 */
export async function makeLedger(
  context: BenchContext,
  entries: number,
): Promise<{ directory: string; token: string }> {
  const directory = await context.makeDirectory();
  const store = toStoreUrl("sqlite-normal", directory);
  const proxy = await startKeybrake({ store, upstream: context.vendorUrl, directory });
  const { token } = await issueKey(proxy.url, makePolicy());
  for (let count = 0; count < CALLS; count++) await payOnce(proxy.url, token);
  await proxy.program.stop();
  if (entries > CALLS) {
    context.log(`  writing ${entries.toLocaleString("en")} audit entries`);
    multiplyEntries(join(directory, "keybrake.db"), entries - CALLS);
  }
  return { directory, token };
}

interface Column {
  name: string;
  type: string;
  pk: number;
}

/** Knows no column by its name, so that it goes on working when the schema changes. */
function multiplyEntries(file: string, count: number): void {
  const database = new DatabaseSync(file);
  database.exec("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF");
  const table = findEntriesTable(database);
  const columns = database
    .prepare("SELECT name, type, pk FROM pragma_table_info(?)")
    .all(table)
    .map((row): Column => ({ name: String(row.name), type: String(row.type), pk: Number(row.pk) }));
  const references = new Set(
    database
      .prepare('SELECT "from" AS name FROM pragma_foreign_key_list(?)')
      .all(table)
      .map((row) => row.name),
  );
  const position = columns.find(({ pk, type }) => pk === 1 && type === "INTEGER")?.name;
  if (position === undefined) throw new Error(`the table ${table} has no integer key`);
  const id = columns.find(({ name, type }) => name === "id" && type === "TEXT")?.name;
  // As long as the old id, and in the order of time.
  const newId = id === undefined ? "" : `substr(${id}, 1, 4) || printf('%0*d', length(${id}) - 4, n.value)`;
  const values = columns.map(({ name, type }) => {
    if (name === position) return `${name} + n.value`;
    if (name === id) return newId;
    if (references.has(name)) return "NULL";
    return type === "TEXT" && id !== undefined ? `replace(${name}, ${id}, ${newId})` : name;
  });
  const insert = database.prepare(`
    WITH RECURSIVE n (value) AS (SELECT ? UNION ALL SELECT value + 1 FROM n WHERE value < ?)
    INSERT INTO ${table} (${columns.map(({ name }) => name).join(", ")})
    SELECT ${values.join(", ")} FROM n, (SELECT * FROM ${table} WHERE ${position} = ?)`);
  const last = database.prepare(`SELECT max(${position}) AS position FROM ${table}`).get()
    ?.position as number;
  for (let from = 1; from <= count; from += BATCH) {
    insert.run(from, Math.min(from + BATCH - 1, count), last);
  }
  database.exec("PRAGMA journal_mode = WAL");
  database.close();
}

function findEntriesTable(database: DatabaseSync): string {
  const tables = database
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN ('journal', 'entries', 'audit')",
    )
    .all();
  const [table] = tables;
  if (tables.length !== 1 || table === undefined)
    throw new Error("which table holds the audit entries isn't clear");
  return String(table.name);
}
