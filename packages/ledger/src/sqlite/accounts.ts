import type { DatabaseSync } from "node:sqlite";
import type { SpendAccount } from "../decide/spend-account.ts";
import { getFirstDay, toUtcMonth } from "../decide/window.ts";
import type { SqliteObjects } from "./object-table.ts";
import { prepare } from "./prepare.ts";
import type { UnitOfWork } from "./unit-of-work.ts";

/** The accounts of a database. */
export interface Accounts {
  /** Makes an empty one; one above it counts all that this one does. */
  open(above?: SpendAccount): SpendAccount;
  get(id: number): SpendAccount;
}

interface Sums {
  total: number;
  held: number;
  unknown: number;
  above: number | null;
}

/** By how much sums move. */
type Change = Omit<Sums, "above">;

interface DaySums {
  spent: number;
  held: number;
}

export function createAccounts(database: DatabaseSync, unit: UnitOfWork, objects: SqliteObjects): Accounts {
  const insert = prepare(database, "INSERT INTO accounts (above) VALUES (?)");
  const select = prepare<Sums>(database, "SELECT total, held, unknown, above FROM accounts WHERE id = ?");
  const update = prepare(database, "UPDATE accounts SET total = ?, held = ?, unknown = ? WHERE id = ?");
  const selectDay = prepare<DaySums>(
    database,
    "SELECT spent, held FROM account_days WHERE account = ? AND day = ?",
  );
  const sumDays = prepare<DaySums>(
    database,
    `SELECT coalesce(sum(spent), 0) AS spent, coalesce(sum(held), 0) AS held FROM account_days
     WHERE account = ? AND day >= ? AND day < ?`,
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
    const above = sums.above === null ? undefined : get(sums.above);
    const days = new Map<number, DaySums>();
    const getDay = (day: number): DaySums => {
      const ofDay = days.get(day) ?? selectDay.get(id, day) ?? { spent: 0, held: 0 };
      days.set(day, ofDay);
      return ofDay;
    };

    // By the month: the sum of its days, added up once.
    const months = new Map<number, DaySums>();
    function getMonth(month: number): DaySums {
      const known = months.get(month);
      if (known) return known;
      unit.flush();
      const sums = sumDays.get(id, getFirstDay(month), getFirstDay(month + 1)) ?? { spent: 0, held: 0 };
      months.set(month, sums);
      return sums;
    }

    function move(change: Change): void {
      sums.total += change.total;
      sums.held += change.held;
      sums.unknown += change.unknown;
      unit.writeLater(sums, () => void update.run(sums.total, sums.held, sums.unknown, id));
    }

    function moveDay(day: number, { spent, held }: DaySums): void {
      const ofDay = getDay(day);
      ofDay.spent += spent;
      ofDay.held += held;
      const ofMonth = months.get(toUtcMonth(day));
      if (ofMonth) {
        ofMonth.spent += spent;
        ofMonth.held += held;
      }
      unit.writeLater(ofDay, () => void replaceDay.run(id, day, ofDay.spent, ofDay.held));
    }

    return {
      id,
      getMonth,
      getExposure: (objectId) => objects.getExposure(id, objectId),
      getSpend(day) {
        const ofDay = getDay(day);
        return {
          dailyMicroUsd: ofDay.spent,
          dailyHeldMicroUsd: ofDay.held,
          monthlyMicroUsd: 0,
          monthlyHeldMicroUsd: 0,
          totalMicroUsd: sums.total,
          heldMicroUsd: sums.held,
          unknownMicroUsd: sums.unknown,
          exposureMicroUsd: 0,
        };
      },
      hold(day, microUsd) {
        move({ total: 0, held: microUsd, unknown: 0 });
        moveDay(day, { spent: 0, held: microUsd });
        above?.hold(day, microUsd);
      },
      release(day, microUsd, doubted) {
        move({ total: 0, held: -microUsd, unknown: doubted ? -microUsd : 0 });
        moveDay(day, { spent: 0, held: -microUsd });
        above?.release(day, microUsd, doubted);
      },
      doubt(microUsd) {
        move({ total: 0, held: 0, unknown: microUsd });
        above?.doubt(microUsd);
      },
      spend(day, microUsd) {
        move({ total: microUsd, held: 0, unknown: 0 });
        moveDay(day, { spent: microUsd, held: 0 });
        above?.spend(day, microUsd);
      },
      expose: (objectId, microUsd) => objects.expose(id, objectId, microUsd),
    };
  }

  function get(id: number): SpendAccount {
    const account = accounts.get(id) ?? read(id);
    accounts.set(id, account);
    return account;
  }

  return { open: (above) => get(Number(insert.run(above?.id ?? null).lastInsertRowid)), get };
}
