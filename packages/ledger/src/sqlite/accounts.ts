import type { DatabaseSync } from "node:sqlite";
import type { SpendAccount } from "../decide/spend-account.ts";
import type { SqliteObjects } from "./object-table.ts";
import { prepare } from "./prepare.ts";
import type { UnitOfWork } from "./unit-of-work.ts";

/** The accounts of a database. */
export interface Accounts {
  /** Makes an empty one. */
  open(): SpendAccount;
  get(id: number): SpendAccount;
}

interface Sums {
  total: number;
  held: number;
  unknown: number;
}

interface DaySums {
  spent: number;
  held: number;
}

export function createAccounts(database: DatabaseSync, unit: UnitOfWork, objects: SqliteObjects): Accounts {
  const insert = prepare(database, "INSERT INTO accounts DEFAULT VALUES");
  const select = prepare<Sums>(database, "SELECT total, held, unknown FROM accounts WHERE id = ?");
  const update = prepare(database, "UPDATE accounts SET total = ?, held = ?, unknown = ? WHERE id = ?");
  const selectDay = prepare<DaySums>(
    database,
    "SELECT spent, held FROM account_days WHERE account = ? AND day = ?",
  );
  const replaceDay = prepare(
    database,
    "INSERT OR REPLACE INTO account_days (account, day, spent, held) VALUES (?, ?, ?, ?)",
  );
  const accounts = unit.createCache<number, SpendAccount>();

  function read(id: number): SpendAccount {
    const found = select.get(id);
    if (!found) throw new Error(`no account ${id}`);
    const sums: Sums = found;
    const days = new Map<number, DaySums>();
    const getDay = (day: number): DaySums => {
      const ofDay = days.get(day) ?? selectDay.get(id, day) ?? { spent: 0, held: 0 };
      days.set(day, ofDay);
      return ofDay;
    };

    function move(change: Sums): void {
      sums.total += change.total;
      sums.held += change.held;
      sums.unknown += change.unknown;
      unit.writeLater(sums, () => void update.run(sums.total, sums.held, sums.unknown, id));
    }

    function moveDay(day: number, { spent, held }: DaySums): void {
      const ofDay = getDay(day);
      ofDay.spent += spent;
      ofDay.held += held;
      unit.writeLater(ofDay, () => void replaceDay.run(id, day, ofDay.spent, ofDay.held));
    }

    return {
      id,
      getExposure: (objectId) => objects.getExposure(id, objectId),
      getSpend(day) {
        const ofDay = getDay(day);
        return {
          dailyMicroUsd: ofDay.spent,
          dailyHeldMicroUsd: ofDay.held,
          totalMicroUsd: sums.total,
          heldMicroUsd: sums.held,
          unknownMicroUsd: sums.unknown,
          exposureMicroUsd: 0,
        };
      },
      hold(day, microUsd) {
        move({ total: 0, held: microUsd, unknown: 0 });
        moveDay(day, { spent: 0, held: microUsd });
      },
      release(day, microUsd, doubted) {
        move({ total: 0, held: -microUsd, unknown: doubted ? -microUsd : 0 });
        moveDay(day, { spent: 0, held: -microUsd });
      },
      doubt(microUsd) {
        move({ total: 0, held: 0, unknown: microUsd });
      },
      spend(day, microUsd) {
        move({ total: microUsd, held: 0, unknown: 0 });
        moveDay(day, { spent: microUsd, held: 0 });
      },
      expose: (objectId, microUsd) => objects.expose(id, objectId, microUsd),
    };
  }

  function get(id: number): SpendAccount {
    const account = accounts.get(id) ?? read(id);
    accounts.set(id, account);
    return account;
  }

  return { open: () => get(Number(insert.run().lastInsertRowid)), get };
}
