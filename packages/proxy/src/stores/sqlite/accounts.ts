import type { DatabaseSync } from "node:sqlite";
import { toUtcDay } from "../../money/window.ts";
import type { SpendAccount } from "../ledger/spend-account.ts";
import { prepare } from "./prepare.ts";

/** The accounts of a database. Nothing of them is kept in memory. */
export interface Accounts {
  /** Makes an empty one. */
  open(): SpendAccount;
  get(id: number): SpendAccount;
}

interface SpendColumns {
  total: number;
  held: number;
  unknown: number;
  daySpent: number | null;
  dayHeld: number | null;
}

export function createAccounts(database: DatabaseSync, clock: () => number): Accounts {
  const insert = prepare(database, "INSERT INTO accounts DEFAULT VALUES");
  const select = prepare<SpendColumns>(
    database,
    `SELECT total, a.held, unknown, spent AS daySpent, d.held AS dayHeld
     FROM accounts a LEFT JOIN account_days d ON d.account = a.id AND d.day = ?2 WHERE a.id = ?1`,
  );
  const move = prepare(
    database,
    "UPDATE accounts SET total = total + ?2, held = held + ?3, unknown = unknown + ?4 WHERE id = ?1",
  );
  const moveDay = prepare(
    database,
    `INSERT INTO account_days (account, day, spent, held) VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT DO UPDATE SET spent = spent + excluded.spent, held = held + excluded.held`,
  );
  const selectExposure = prepare<{ microUsd: number }>(
    database,
    "SELECT micro_usd AS microUsd FROM account_objects WHERE account = ? AND object = ?",
  );
  const expose = prepare(
    database,
    `INSERT INTO account_objects (account, object, micro_usd, day) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET micro_usd = max(micro_usd, excluded.micro_usd), day = excluded.day`,
  );

  function get(id: number): SpendAccount {
    const getExposure = (objectId: string): number => selectExposure.get(id, objectId)?.microUsd ?? 0;
    return {
      id,
      getExposure,
      getSpend(day, objectId) {
        const found = select.get(id, day);
        if (!found) throw new Error(`no account ${id}`);
        return {
          dailyMicroUsd: found.daySpent ?? 0,
          dailyHeldMicroUsd: found.dayHeld ?? 0,
          totalMicroUsd: found.total,
          heldMicroUsd: found.held,
          unknownMicroUsd: found.unknown,
          exposureMicroUsd: objectId === undefined ? 0 : getExposure(objectId),
        };
      },
      hold(day, microUsd) {
        move.run(id, 0, microUsd, 0);
        moveDay.run(id, day, 0, microUsd);
      },
      release(day, microUsd, doubted) {
        move.run(id, 0, -microUsd, doubted ? -microUsd : 0);
        moveDay.run(id, day, 0, -microUsd);
      },
      doubt(microUsd) {
        move.run(id, 0, 0, microUsd);
      },
      spend(day, microUsd) {
        move.run(id, microUsd, 0, 0);
        moveDay.run(id, day, microUsd, 0);
      },
      expose(objectId, microUsd) {
        expose.run(id, objectId, microUsd, toUtcDay(clock()));
      },
    };
  }

  return { open: () => get(Number(insert.run().lastInsertRowid)), get };
}
