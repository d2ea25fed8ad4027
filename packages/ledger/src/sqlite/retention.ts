import type { DatabaseSync } from "node:sqlite";
import { toUtcDay } from "../decide/window.ts";
import { prepare } from "./prepare.ts";

// So few at a time that no call waits for it.
const BATCH = 500;
const OBJECTS_BATCH = 2_000;

const END = "min(expires_at, coalesce(revoked_at, expires_at))";

/**
 * Gives what drops a batch of what is old: audit entries, keys that have ended and have no entry left, and what is
 * known of objects of vendors. What something is held for stays, and so does what budgets have spent.
 */
export function createRetention(database: DatabaseSync): (before: number) => void {
  const dropAudit = prepare(
    database,
    `DELETE FROM audit WHERE seq IN (SELECT seq FROM audit a WHERE at < ?
       AND NOT EXISTS (SELECT 1 FROM reservations WHERE id = a.reservation AND state = 'held') LIMIT ${BATCH})`,
  );
  const dropReservations = prepare(
    database,
    `DELETE FROM reservations WHERE id IN (SELECT id FROM reservations r WHERE at < ? AND state <> 'held'
       AND NOT EXISTS (SELECT 1 FROM audit WHERE reservation = r.id)
       AND NOT EXISTS (SELECT 1 FROM tries WHERE reservation = r.id)
       AND NOT EXISTS (SELECT 1 FROM replays WHERE reservation = r.id) LIMIT ${BATCH})`,
  );
  // The objects have no index by day, so each time some more of them are looked at, in the order of their names.
  const findLast = prepare<{ last: string | null; count: number }>(
    database,
    `SELECT max(object) AS last, count(*) AS count FROM
       (SELECT object FROM vendor_objects WHERE object > ? ORDER BY object LIMIT ${OBJECTS_BATCH})`,
  );
  const dropObjects = prepare(
    database,
    "DELETE FROM vendor_objects WHERE object > ? AND object <= ? AND day < ?",
  );
  let seen = "";
  const listEnded = prepare<{ id: string }>(
    database,
    `SELECT id FROM keys k WHERE ${END} < ? AND parent IS NULL
       AND NOT EXISTS (SELECT 1 FROM audit WHERE key = k.id) LIMIT ${BATCH}`,
  );
  // What a key has spent counts for the key that it was carved from, too: a family goes as one.
  const listFamily = prepare<{ id: string; account: number; isKept: 0 | 1 }>(
    database,
    `WITH RECURSIVE family (member) AS (
       SELECT ?1 UNION ALL SELECT id FROM keys JOIN family ON parent = member)
     SELECT k.id, account, ${END} >= ?2 OR held <> 0
       OR EXISTS (SELECT 1 FROM tries WHERE key = k.id AND settlement IS NULL)
       OR EXISTS (SELECT 1 FROM audit WHERE key = k.id) AS isKept
     FROM family CROSS JOIN keys k ON k.id = member CROSS JOIN accounts ON accounts.id = account`,
  );
  const dropKey = prepare(database, "DELETE FROM keys WHERE id = ?");
  // The newest id stays, or the next account would get it again, with what objects have cost there.
  const dropAccount = prepare(
    database,
    "DELETE FROM accounts WHERE id = ? AND id < (SELECT max(id) FROM accounts)",
  );
  const dropDays = prepare(database, "DELETE FROM account_days WHERE account = ?");

  function dropSomeObjects(before: number): void {
    const { last = null, count = 0 } = findLast.get(seen) ?? {};
    if (last !== null) dropObjects.run(seen, last, before);
    seen = last === null || count < OBJECTS_BATCH ? "" : last;
  }

  function dropFamily(root: string, before: number): void {
    const family = listFamily.all(root, before);
    if (family.some(({ isKept }) => isKept === 1)) return;
    for (const { id, account } of family) {
      dropKey.run(id);
      dropAccount.run(account);
      dropDays.run(account);
    }
  }

  return (before) => {
    dropAudit.run(before);
    dropReservations.run(before);
    dropSomeObjects(toUtcDay(before));
    for (const { id } of listEnded.all(before)) dropFamily(id, before);
  };
}
