import {
  formatUsd,
  toBudgetName,
  toMicroUsd,
  toUsd,
  type WireBudget,
  type WireBudgetUpdate,
  type WireLimitDetails,
  type WirePolicy,
} from "@keybrake/core/protocol";
import { MockRefusal } from "./mock-refusal.ts";

/** The budgets of a policy on the wire. */
export type StatedBudgets = NonNullable<WirePolicy["budgets"]>;

/** What was spent against one key or one budget, in micro-USD. */
export interface Tally {
  totalMicroUsd: number;
  dailyMicroUsd: number;
  day: string;
  monthlyMicroUsd: number;
  month: string;
}

/** Caps in USD as the wire has them. */
interface Caps {
  daily_usd_cap?: number | null | undefined;
  monthly_usd_cap?: number | null | undefined;
  total_usd_cap?: number | null | undefined;
}

export interface Budget {
  name: string;
  daily_usd_cap: number | null;
  monthly_usd_cap: number | null;
  total_usd_cap: number | null;
  frozen: boolean;
  tally: Tally;
}

export interface Limit {
  name: string;
  capMicroUsd: number;
  spentMicroUsd: number;
  resetsAt?: string;
}

export function createTally(): Tally {
  return { totalMicroUsd: 0, dailyMicroUsd: 0, day: today(), monthlyMicroUsd: 0, month: thisMonth() };
}

/** When the daily window ends: the next midnight, UTC. */
export function nextReset(): string {
  return new Date(Date.parse(`${today()}T00:00:00Z`) + 86_400_000).toISOString();
}

/** What was spent on the current UTC day. */
export function spentToday(tally: Tally): number {
  return tally.day === today() ? tally.dailyMicroUsd : 0;
}

/** What was spent in the current UTC month. */
export function spentThisMonth(tally: Tally): number {
  return tally.month === thisMonth() ? tally.monthlyMicroUsd : 0;
}

/** When the monthly window ends: midnight UTC of the first day of the next month. */
function nextMonth(): string {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1)).toISOString();
}

/** Adds to a tally; a negative amount gives back. */
export function spend(tally: Tally, microUsd: number): void {
  tally.dailyMicroUsd = spentToday(tally) + microUsd;
  tally.day = today();
  tally.monthlyMicroUsd = spentThisMonth(tally) + microUsd;
  tally.month = thisMonth();
  tally.totalMicroUsd += microUsd;
}

export function limitsOf(owner: string, caps: Caps, tally: Tally): Limit[] {
  const limits: Limit[] = [];
  if (typeof caps.daily_usd_cap === "number") {
    const capMicroUsd = asMicroUsd(caps.daily_usd_cap);
    limits.push({
      name: `${owner}:daily`,
      capMicroUsd,
      spentMicroUsd: spentToday(tally),
      resetsAt: nextReset(),
    });
  }
  if (typeof caps.monthly_usd_cap === "number") {
    const capMicroUsd = asMicroUsd(caps.monthly_usd_cap);
    limits.push({
      name: `${owner}:monthly`,
      capMicroUsd,
      spentMicroUsd: spentThisMonth(tally),
      resetsAt: nextMonth(),
    });
  }
  if (typeof caps.total_usd_cap === "number") {
    const capMicroUsd = asMicroUsd(caps.total_usd_cap);
    limits.push({ name: `${owner}:total`, capMicroUsd, spentMicroUsd: tally.totalMicroUsd });
  }
  return limits;
}

/** The room under the tightest limit in USD; `null` where nothing caps. */
export function remainingUsd(limits: Limit[]): number | null {
  if (limits.length === 0) return null;
  return toUsd(Math.min(...limits.map(({ capMicroUsd, spentMicroUsd }) => capMicroUsd - spentMicroUsd)));
}

/** @throws {MockRefusal} `cap_exhausted`, for the first limit without room */
export function assertRoom(limits: Limit[], microUsd: number): void {
  const full = limits.find(({ capMicroUsd, spentMicroUsd }) => spentMicroUsd + microUsd > capMicroUsd);
  if (!full) return;
  const details: WireLimitDetails = {
    limit: full.name,
    cap_usd: formatUsd(full.capMicroUsd),
    spent_usd: formatUsd(full.spentMicroUsd),
    held_usd: formatUsd(0),
    requested_usd: formatUsd(microUsd),
    ...(full.resetsAt ? { resets_at: full.resetsAt } : {}),
  };
  throw new MockRefusal({
    code: "cap_exhausted",
    message: `The limit ${full.name} has no room for ${details.requested_usd} USD.`,
    details,
  });
}

/** An amount of USD that came through a schema, or from the test itself. */
export function asMicroUsd(usd: number): number {
  const microUsd = toMicroUsd(usd);
  if (microUsd === undefined) throw new RangeError(`${usd} is not an amount of USD with at most 6 decimals`);
  return microUsd;
}

/** The budgets of the mock; a name that is new starts uncapped, as the contract says. */
export class MockBudgets {
  readonly #budgets = new Map<string, Budget>();

  find(name: string): Budget {
    const known = this.#budgets.get(name);
    if (known) return known;
    const caps = { daily_usd_cap: null, monthly_usd_cap: null, total_usd_cap: null };
    const created = { name, ...caps, frozen: false, tally: createTally() };
    this.#budgets.set(name, created);
    return created;
  }

  show(name: string): WireBudget | undefined {
    const budget = this.#budgets.get(name);
    return budget && toWire(budget);
  }

  list(): WireBudget[] {
    return [...this.#budgets.values()].map(toWire);
  }

  update(name: string, update: WireBudgetUpdate): WireBudget {
    const { daily_usd_cap, monthly_usd_cap, total_usd_cap, frozen } = update;
    const budget = this.find(name);
    if (daily_usd_cap !== undefined) budget.daily_usd_cap = daily_usd_cap;
    if (monthly_usd_cap !== undefined) budget.monthly_usd_cap = monthly_usd_cap;
    if (total_usd_cap !== undefined) budget.total_usd_cap = total_usd_cap;
    if (frozen !== undefined) budget.frozen = frozen;
    return toWire(budget);
  }

  /** The caps that are stored, and those that the policy states, which are stored nowhere. */
  limits(budgets: StatedBudgets): Limit[] {
    return budgets.flatMap((stated) => {
      const budget = this.find(toBudgetName(stated));
      const owner = `budget:${budget.name}`;
      return [
        ...limitsOf(owner, budget, budget.tally),
        ...(typeof stated === "string" ? [] : limitsOf(owner, stated, budget.tally)),
      ];
    });
  }

  /** @throws {MockRefusal} `budget_frozen` */
  assertNotFrozen(budgets: StatedBudgets): void {
    const frozen = budgets.map(toBudgetName).find((name) => this.find(name).frozen);
    if (frozen === undefined) return;
    throw new MockRefusal({ code: "budget_frozen", message: `The budget ${frozen} is frozen.` });
  }
}

function toWire({ tally, ...budget }: Budget): WireBudget {
  return {
    ...budget,
    spend: {
      daily_usd: toUsd(spentToday(tally)),
      monthly_usd: toUsd(spentThisMonth(tally)),
      total_usd: toUsd(tally.totalMicroUsd),
      held_usd: 0,
      unknown_usd: 0,
      remaining_usd: remainingUsd(limitsOf("budget", budget, tally)),
      resets_at: nextReset(),
    },
  };
}

function thisMonth(): string {
  return today().slice(0, 7);
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
