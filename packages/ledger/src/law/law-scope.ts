import { toUtcDay, toUtcMonth } from "../decide/window.ts";
import type { Spend } from "../ledger.ts";
import type { Books } from "./books.ts";
import { findBreach } from "./the-law.ts";

export interface Caps {
  dailyCap: number | null;
  /** Of budgets alone. */
  monthlyCap?: number | null;
  totalCap: number | null;
}

/** A key or a budget as the law sees it: what may count under it, and what is known to have been counted for safety. */
export interface LawScope {
  readonly name: string;
  /** Notes that an entry of a day was marked as overage. */
  allow(day: number, microUsd: number): void;
  /** Something was counted that may not have happened; until `settleDoubt` the sums may differ. */
  doubt(id: string): void;
  settleDoubt(id: string): void;
  /** The caps change; what stands above a lowered cap may stay, and not grow. */
  setCaps(caps: Caps, spend: Spend, day: number): void;
  /** Throws where the law is broken now, or was on an earlier day. */
  check(books: Books, now: number, spend: Spend, atRest: boolean): void;
  checkEarlier(books: Books, day: number, spend: Spend): void;
}

export class LawBroken extends Error {}

export function createLawScope(name: string, initial: Caps): LawScope {
  const doubts = new Set<string>();
  const allowedByDay = new Map<number, number>();
  const allowedByMonth = new Map<number, number>();
  let allowed = 0;
  let caps = initial;
  let standing = { day: -1, daily: 0, monthly: 0, total: 0 };

  function enforce(breach: string | undefined): void {
    if (breach !== undefined) throw new LawBroken(breach);
  }

  return {
    name,
    allow(day, microUsd) {
      allowed += microUsd;
      allowedByDay.set(day, (allowedByDay.get(day) ?? 0) + microUsd);
      const month = toUtcMonth(day);
      allowedByMonth.set(month, (allowedByMonth.get(month) ?? 0) + microUsd);
    },
    doubt: (id) => void doubts.add(id),
    settleDoubt: (id) => void doubts.delete(id),
    setCaps(next, spend, day) {
      caps = next;
      const total = spend.totalMicroUsd + spend.heldMicroUsd;
      const monthly = spend.monthlyMicroUsd + spend.monthlyHeldMicroUsd;
      standing = { day, daily: spend.dailyMicroUsd + spend.dailyHeldMicroUsd, monthly, total };
    },
    check(books, now, spend, atRest) {
      const day = toUtcDay(now);
      const daily = Math.max(caps.dailyCap ?? 0, standing.day === day ? standing.daily : 0);
      const stands = toUtcMonth(standing.day) === toUtcMonth(day) ? standing.monthly : 0;
      const monthly = Math.max(caps.monthlyCap ?? 0, stands) + (allowedByMonth.get(toUtcMonth(day)) ?? 0);
      const total = Math.max(caps.totalCap ?? 0, standing.total);
      enforce(
        findBreach({
          scope: name,
          spend,
          executedMicroUsd: books.getExecuted(name),
          executedOnDayMicroUsd: books.getExecutedOn(name, day),
          ...(caps.dailyCap === null ? {} : { dailyRoomMicroUsd: daily + (allowedByDay.get(day) ?? 0) }),
          ...(caps.monthlyCap == null ? {} : { monthlyRoomMicroUsd: monthly }),
          ...(caps.totalCap === null ? {} : { totalRoomMicroUsd: total + allowed }),
          exact: atRest && doubts.size === 0,
        }),
      );
    },
    checkEarlier(books, day, spend) {
      enforce(
        findBreach({
          scope: `${name} the day before`,
          spend,
          executedMicroUsd: books.getExecuted(name),
          executedOnDayMicroUsd: books.getExecutedOn(name, day),
          exact: false,
        }),
      );
    },
  };
}
