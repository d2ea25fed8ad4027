import type { DatabaseSync } from "node:sqlite";
import type { Exposure } from "../decide/reservation.ts";
import type { ObjectTable } from "../decide/tables.ts";
import { toUtcDay } from "../decide/window.ts";
import { prepare } from "./prepare.ts";
import type { UnitOfWork } from "./unit-of-work.ts";

/** The objects of vendors, and what they have cost each account. Amounts in micro-USD. */
export interface SqliteObjects extends ObjectTable {
  getExposure(account: number, objectId: string): number;
  /** Never lowers what is known. */
  expose(account: number, objectId: string, microUsd: number): void;
}

interface Columns {
  known: string;
  accounts: string;
}

/** One object. */
interface ObjectRow {
  known: Map<string, Pick<Exposure, "microUsd" | "told">>;
  accounts: Map<number, number>;
}

export function createSqliteObjects(
  database: DatabaseSync,
  unit: UnitOfWork,
  clock: () => number,
): SqliteObjects {
  const select = prepare<Columns>(database, "SELECT known, accounts FROM vendor_objects WHERE object = ?");
  const replace = prepare(
    database,
    "INSERT OR REPLACE INTO vendor_objects (object, known, accounts, day) VALUES (?, ?, ?, ?)",
  );
  const rows = unit.createCache<string, ObjectRow>();

  function get(objectId: string): ObjectRow {
    const row = rows.get(objectId) ?? toRow(select.get(objectId));
    rows.set(objectId, row);
    return row;
  }

  function save(objectId: string, row: ObjectRow): void {
    unit.writeLater(row, () => {
      const known = [...row.known].map(([tenant, { microUsd, told }]) => [tenant, [microUsd, Number(told)]]);
      replace.run(
        objectId,
        JSON.stringify(Object.fromEntries(known)),
        JSON.stringify(Object.fromEntries(row.accounts)),
        toUtcDay(clock()),
      );
    });
  }

  return {
    find: (tenant, objectId) => get(objectId).known.get(tenant),
    save(tenant, { objectId, microUsd, told }) {
      const row = get(objectId);
      row.known.set(tenant, { microUsd, told });
      save(objectId, row);
    },
    getExposure: (account, objectId) => get(objectId).accounts.get(account) ?? 0,
    expose(account, objectId, microUsd) {
      const row = get(objectId);
      row.accounts.set(account, Math.max(microUsd, row.accounts.get(account) ?? 0));
      save(objectId, row);
    },
  };
}

function toRow(columns: Columns | undefined): ObjectRow {
  if (!columns) return { known: new Map(), accounts: new Map() };
  const known = JSON.parse(columns.known) as Record<string, [microUsd: number, told: 0 | 1]>;
  const accounts = JSON.parse(columns.accounts) as Record<string, number>;
  return {
    known: new Map(
      Object.entries(known).map(([tenant, [microUsd, told]]) => [tenant, { microUsd, told: told === 1 }]),
    ),
    accounts: new Map(Object.entries(accounts).map(([account, microUsd]) => [Number(account), microUsd])),
  };
}
