import type { DatabaseSync } from "node:sqlite";
import { toUtcDay } from "../decide/window.ts";
import { prepare } from "./prepare.ts";

// So few at a time that no call waits for it.
const BATCH = 500;

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
  const dropObjects = prepare(
    database,
    `DELETE FROM objects WHERE (tenant, object) IN
       (SELECT tenant, object FROM objects WHERE day < ? LIMIT ${BATCH})`,
  );
  const dropAccountObjects = prepare(
    database,
    `DELETE FROM account_objects WHERE (account, object) IN
       (SELECT account, object FROM account_objects WHERE day < ? LIMIT ${BATCH})`,
  );
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
  const dropAccount = prepare(database, "DELETE FROM accounts WHERE id = ?");

  function dropFamily(root: string, before: number): void {
    const family = listFamily.all(root, before);
    if (family.some(({ isKept }) => isKept === 1)) return;
    for (const { id, account } of family) {
      dropKey.run(id);
      dropAccount.run(account);
    }
  }

  return (before) => {
    dropAudit.run(before);
    dropReservations.run(before);
    dropObjects.run(toUtcDay(before));
    dropAccountObjects.run(toUtcDay(before));
    for (const { id } of listEnded.all(before)) dropFamily(id, before);
  };
}
