import type { DatabaseSync } from "node:sqlite";
import type { TryRow, TryTable } from "../decide/tables.ts";
import { prepare } from "./prepare.ts";
import type { SqliteReservations } from "./reservation-table.ts";
import type { UnitOfWork } from "./unit-of-work.ts";

interface Columns {
  id: string;
  key: string;
  reservation: number;
  answer: string;
  at: number;
  deadline: number;
  abandoned: string;
  settlement: string | null;
  givenUp: 0 | 1;
}

const SELECT = `SELECT id, key, reservation, answer, at, deadline, abandoned, settlement, given_up AS givenUp
  FROM tries`;

export function createSqliteTries(
  database: DatabaseSync,
  unit: UnitOfWork,
  reservations: SqliteReservations,
): TryTable {
  const insert = prepare(
    database,
    `INSERT INTO tries (id, key, reservation, answer, at, deadline, abandoned) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const find = prepare<Columns>(database, `${SELECT} WHERE id = ?`);
  const listOpen = prepare<Columns>(database, `${SELECT} WHERE key = ? AND settlement IS NULL ORDER BY seq`);
  const listOverdue = prepare<{ id: string }>(
    database,
    "SELECT id FROM tries WHERE settlement IS NULL AND deadline <= ? ORDER BY deadline, id",
  );
  const update = prepare(database, "UPDATE tries SET settlement = ?, given_up = ? WHERE id = ?");
  const forget = prepare(
    database,
    `DELETE FROM tries WHERE at <= ? AND settlement IS NOT NULL AND NOT (given_up = 1
       AND (SELECT spends = 1 AND state = 'held' FROM reservations WHERE id = tries.reservation))`,
  );
  // Only their tries name them: without money there is no entry that could be corrected.
  const forgetWithoutMoney = prepare(
    database,
    `DELETE FROM reservations WHERE spends = 0 AND at <= ?
       AND NOT EXISTS (SELECT 1 FROM tries WHERE reservation = reservations.id)
       AND NOT EXISTS (SELECT 1 FROM replays WHERE reservation = reservations.id)`,
  );

  const known = unit.createCache<string, TryRow>();

  function toRow(columns: Columns): TryRow {
    const row = known.get(columns.id) ?? parse(columns);
    known.set(row.id, row);
    return row;
  }

  /** What only some ask for is parsed when they do. */
  function parse({ id, key, reservation, answer, at, deadline, abandoned, ...rest }: Columns): TryRow {
    return {
      id,
      keyId: key,
      reservation: reservations.get(reservation),
      get answer() {
        return JSON.parse(answer);
      },
      at,
      deadline,
      get abandoned() {
        return JSON.parse(abandoned);
      },
      ...(rest.settlement === null ? {} : { settlement: JSON.parse(rest.settlement) }),
      givenUp: rest.givenUp === 1,
    };
  }

  return {
    insert(row) {
      const { id, keyId, reservation, answer, at, deadline, abandoned } = row;
      const [told, draft] = [JSON.stringify(answer), JSON.stringify(abandoned)];
      insert.run(id, keyId, reservation.id, told, at, deadline, draft);
      known.set(id, row);
    },
    find(id) {
      const row = known.get(id);
      if (row) return row;
      const columns = find.get(id);
      return columns && toRow(columns);
    },
    listOpen: (keyId) => listOpen.all(keyId).map(toRow),
    listOverdue: (now) => listOverdue.all(now).map(({ id }) => id),
    save({ id, settlement, givenUp }) {
      update.run(settlement ? JSON.stringify(settlement) : null, Number(givenUp), id);
    },
    forget(before) {
      forget.run(before);
      forgetWithoutMoney.run(before);
    },
  };
}
