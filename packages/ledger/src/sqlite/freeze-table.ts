import type { DatabaseSync } from "node:sqlite";
import type { FreezeTable } from "../decide/tables.ts";
import type { FreezeRecord } from "../freeze.ts";
import { prepare } from "./prepare.ts";
import type { UnitOfWork } from "./unit-of-work.ts";

export function createSqliteFreezes(database: DatabaseSync, unit: UnitOfWork): FreezeTable {
  const list = prepare<{ record: string }>(
    database,
    "SELECT record FROM freezes WHERE tenant = ? ORDER BY seq",
  );
  const insert = prepare(database, "INSERT INTO freezes (id, tenant, record) VALUES (?, ?, ?)");
  const drop = prepare(database, "DELETE FROM freezes WHERE tenant = ? AND id = ?");
  // Every call asks for the freezes of its tenant, so that they are kept in memory, as a tenant without any is.
  const lists = unit.createCache<string, FreezeRecord[]>();
  return {
    list(tenant) {
      const found = lists.get(tenant) ?? list.all(tenant).map(({ record }) => JSON.parse(record));
      lists.set(tenant, found);
      return found;
    },
    insert(record) {
      insert.run(record.id, record.tenant, JSON.stringify(record));
      lists.delete(record.tenant);
    },
    delete({ tenant, id }) {
      drop.run(tenant, id);
      lists.delete(tenant);
    },
  };
}
