import type { DatabaseSync } from "node:sqlite";
import type { Reservation } from "../decide/reservation.ts";
import type { ReservationTable } from "../decide/tables.ts";
import type { Accounts } from "./accounts.ts";
import { prepare } from "./prepare.ts";
import type { UnitOfWork } from "./unit-of-work.ts";

interface Columns {
  id: number;
  day: number;
  whole: number;
  object: string | null;
  spends: 0 | 1;
  state: Reservation["state"];
  openTries: number;
  tainted: 0 | 1;
  closed: 0 | 1;
  awaitsOriginal: 0 | 1;
  follows: 0 | 1;
  at: number;
  shares: string;
  entries: string;
}

type StoredShare = [account: number, heldMicroUsd: number, spentMicroUsd: number];

const SELECT = `SELECT r.id, day, whole, object, spends, state, open_tries AS openTries, tainted, closed,
  awaits_original AS awaitsOriginal, follows, r.at, shares, entries FROM reservations r`;

/** The reservations of a database, found by their ids too. */
export interface SqliteReservations extends ReservationTable {
  get(id: number): Reservation;
}

export function createSqliteReservations(
  database: DatabaseSync,
  unit: UnitOfWork,
  accounts: Accounts,
): SqliteReservations {
  const insert = prepare(
    database,
    `INSERT INTO reservations (day, whole, object, spends, state, open_tries, tainted, closed, awaits_original,
       follows, at, shares, entries) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertReplay = prepare(
    database,
    "INSERT OR REPLACE INTO replays (id, reservation, at) VALUES (?, ?, ?)",
  );
  const find = prepare<Columns>(database, `${SELECT} WHERE id = ?`);
  const findByReplay = prepare<Columns>(
    database,
    `${SELECT} JOIN replays p ON p.reservation = r.id WHERE p.id = ?`,
  );
  const findByEntry = prepare<Columns>(
    database,
    `${SELECT} JOIN audit a ON a.reservation = r.id WHERE a.id = ?`,
  );
  const listDoubtful = prepare<Columns>(
    database,
    `${SELECT} WHERE state = 'held' AND tainted = 1 AND open_tries = 0 AND at < ?`,
  );
  const update = prepare(
    database,
    `UPDATE reservations SET state = ?, open_tries = ?, tainted = ?, closed = ?, awaits_original = ?, shares = ?,
       entries = ? WHERE id = ?`,
  );
  const forgetReplays = prepare(
    database,
    `DELETE FROM replays WHERE at <= ?
       AND (SELECT open_tries FROM reservations WHERE id = replays.reservation) = 0`,
  );

  const known = unit.createCache<number, Reservation>();

  function remember(reservation: Reservation): Reservation {
    known.set(reservation.id, reservation);
    return reservation;
  }

  const toReservation = (columns: Columns): Reservation => known.get(columns.id) ?? remember(parse(columns));

  function parse(columns: Columns): Reservation {
    const { id, day, whole, object, state, openTries, at, shares, entries } = columns;
    const stored = JSON.parse(shares) as StoredShare[];
    return {
      id,
      shares: stored.map(([account, heldMicroUsd, spentMicroUsd]) => ({
        account: accounts.get(account),
        heldMicroUsd,
        spentMicroUsd,
      })) as Reservation["shares"],
      day,
      wholeMicroUsd: whole,
      objectId: object ?? undefined,
      spends: columns.spends === 1,
      state,
      openTries,
      tainted: columns.tainted === 1,
      closed: columns.closed === 1,
      awaitsOriginal: columns.awaitsOriginal === 1,
      follows: columns.follows === 1,
      at,
      entries: JSON.parse(entries),
    };
  }

  const toFound = (columns: Columns | undefined): Reservation | undefined =>
    columns && toReservation(columns);

  return {
    insert(draft, replayId) {
      const { day, wholeMicroUsd, objectId = null, spends, state, openTries, at } = draft;
      const { tainted, closed, awaitsOriginal, follows } = draft;
      const { lastInsertRowid } = insert.run(
        ...[day, wholeMicroUsd, objectId, Number(spends), state, openTries],
        ...[Number(tainted), Number(closed), Number(awaitsOriginal), Number(follows), at],
        ...[toStoredShares(draft), JSON.stringify(draft.entries)],
      );
      const id = Number(lastInsertRowid);
      if (replayId !== undefined) insertReplay.run(replayId, id, at);
      return remember({ id, ...draft });
    },
    get(id) {
      const found = known.get(id) ?? toFound(find.get(id));
      if (!found) throw new Error(`no reservation ${id}`);
      return found;
    },
    findByReplay: (replayId) => toFound(findByReplay.get(replayId)),
    findByEntry: (auditId) => toFound(findByEntry.get(auditId)),
    listDoubtful: (before) => listDoubtful.all(before).map(toReservation),
    save(reservation) {
      const { id, state, openTries, tainted, closed, awaitsOriginal, entries } = reservation;
      update.run(
        ...[state, openTries, Number(tainted), Number(closed), Number(awaitsOriginal)],
        ...[toStoredShares(reservation), JSON.stringify(entries), id],
      );
    },
    forgetReplays: (before) => void forgetReplays.run(before),
  };
}

function toStoredShares({ shares }: Pick<Reservation, "shares">): string {
  return JSON.stringify(
    shares.map(
      ({ account, heldMicroUsd, spentMicroUsd }): StoredShare => [account.id, heldMicroUsd, spentMicroUsd],
    ),
  );
}
