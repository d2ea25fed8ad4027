import type { SpendAccount } from "../decide/spend-account.ts";
import { toUtcMonth } from "../decide/window.ts";
import type { Spend } from "../ledger.ts";
import type { Exposures } from "./exposures.ts";

/** Days whose reservations may still be open; older ones are no longer asked for. */
const DAYS_KEPT = 3;

/** Months that a late cost may still count in. */
const MONTHS_KEPT = 3;

const NOTHING = { spent: 0, held: 0 };

/** One day of an account. */
interface Day {
  readonly day: number;
  spent: number;
  held: number;
}

/** An account in memory. A class, because a closure per operation would make a key three times as large. */
export class MemoryAccount implements SpendAccount {
  readonly id: number;
  readonly #exposures: Exposures;
  /** That of the key above, which counts all that this one does. */
  readonly #above: SpendAccount | undefined;
  #days: Day[] = [];
  #total = 0;
  #held = 0;
  #unknown = 0;

  constructor(id: number, exposures: Exposures, above?: SpendAccount) {
    this.id = id;
    this.#above = above;
    this.#exposures = exposures;
  }

  getSpend(day: number): Spend {
    const today = this.#days.find((one) => one.day === day);
    return {
      dailyMicroUsd: today?.spent ?? 0,
      dailyHeldMicroUsd: today?.held ?? 0,
      monthlyMicroUsd: 0,
      monthlyHeldMicroUsd: 0,
      totalMicroUsd: this.#total,
      heldMicroUsd: this.#held,
      unknownMicroUsd: this.#unknown,
      exposureMicroUsd: 0,
    };
  }

  getMonth(_month: number): { spent: number; held: number } {
    return NOTHING;
  }

  hold(day: number, microUsd: number): void {
    this.#getDay(day).held += microUsd;
    this.#held += microUsd;
    this.#above?.hold(day, microUsd);
  }

  release(day: number, microUsd: number, doubted: boolean): void {
    this.#getDay(day).held -= microUsd;
    this.#held -= microUsd;
    if (doubted) this.#unknown -= microUsd;
    this.#above?.release(day, microUsd, doubted);
  }

  doubt(microUsd: number): void {
    this.#unknown += microUsd;
    this.#above?.doubt(microUsd);
  }

  spend(day: number, microUsd: number): void {
    this.#getDay(day).spent += microUsd;
    this.#total += microUsd;
    this.#above?.spend(day, microUsd);
  }

  getExposure(objectId: string): number {
    return this.#exposures.get(this.id, objectId);
  }

  expose(objectId: string, microUsd: number): void {
    this.#exposures.raise(this.id, objectId, microUsd);
  }

  #getDay(day: number): Day {
    const found = this.#days.find((one) => one.day === day);
    if (found) return found;
    const created = { day, spent: 0, held: 0 };
    this.#days = [...this.#days.filter((one) => one.day > day - DAYS_KEPT), created];
    return created;
  }
}

/** The account of a budget, which counts by the month too. */
export class MemoryBudgetAccount extends MemoryAccount {
  readonly #months = new Map<number, { spent: number; held: number }>();

  override getMonth(month: number): { spent: number; held: number } {
    return this.#months.get(month) ?? NOTHING;
  }

  override hold(day: number, microUsd: number): void {
    super.hold(day, microUsd);
    this.#openMonth(day).held += microUsd;
  }

  override release(day: number, microUsd: number, doubted: boolean): void {
    super.release(day, microUsd, doubted);
    this.#openMonth(day).held -= microUsd;
  }

  override spend(day: number, microUsd: number): void {
    super.spend(day, microUsd);
    this.#openMonth(day).spent += microUsd;
  }

  #openMonth(day: number): { spent: number; held: number } {
    const month = toUtcMonth(day);
    const found = this.#months.get(month);
    if (found) return found;
    const created = { spent: 0, held: 0 };
    this.#months.set(month, created);
    for (const other of this.#months.keys()) if (other <= month - MONTHS_KEPT) this.#months.delete(other);
    return created;
  }
}
