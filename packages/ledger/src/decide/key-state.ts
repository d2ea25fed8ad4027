import type { BudgetState, KeyRecord, KeyState, Spend } from "../ledger.ts";
import { MINUTE_MS } from "./constants.ts";
import { type CountedObject, getCounted, type SpendAccount } from "./spend-account.ts";
import type { BudgetRow, KeyRow, Tables } from "./tables.ts";
import { toUtcDay } from "./window.ts";

const NO_ANCESTORS: KeyState["ancestors"] = [];

export function getStatus(record: KeyRecord, now: number): "active" | "expired" | "revoked" {
  if (record.revokedAt !== null) return "revoked";
  return record.expiresAt <= now ? "expired" : "active";
}

/** A key with everything its next call must fit. */
export function toKeyState(tables: Tables, row: KeyRow, now: number, object?: CountedObject): KeyState {
  const { record, calls, recentCalls } = row;
  return {
    record,
    spend: getKeySpend(tables, row, now, object),
    calls,
    recentCalls,
    budgets: record.policy.budgets.map((name) =>
      toBudgetState(getBudget(tables, record.tenant, name), now, object),
    ),
    ancestors: record.parentId === null ? NO_ANCESTORS : toAncestors(listAncestors(tables, row)),
  };
}

function toAncestors(rows: KeyRow[]): KeyState["ancestors"] {
  return rows.map(({ record, calls, recentCalls }) => ({ record, calls, recentCalls }));
}

/** A budget of a key; what a key names is there, as it was made with it. */
export function getBudget({ budgets }: Tables, tenant: string, name: string): BudgetRow {
  return budgets.find(tenant, name) ?? budgets.insert(tenant, name);
}

export function toBudgetState(row: BudgetRow, now: number, object?: CountedObject): BudgetState {
  const { name, dailyCapMicroUsd, totalCapMicroUsd, frozen, account } = row;
  const spend = getSpend(account, now, object);
  return { name, dailyCapMicroUsd, totalCapMicroUsd, frozen, spend };
}

/** The keys a key was carved from, nearest first. */
function listAncestors(tables: Tables, { record }: KeyRow): KeyRow[] {
  const parent = record.parentId === null ? undefined : tables.keys.find(record.parentId);
  return parent ? [parent, ...listAncestors(tables, parent)] : [];
}

/** A key and all that were carved from it. */
export function listFamily(tables: Tables, row: KeyRow): KeyRow[] {
  return [row, ...tables.keys.listChildren(row.record.id).flatMap((child) => listFamily(tables, child))];
}

/** Counts an admitted call, for the key and for those it was carved from. */
export function countCall(tables: Tables, row: KeyRow, now: number): void {
  for (const counted of [row, ...listAncestors(tables, row)]) {
    counted.calls++;
    if (counted.record.policy.callsPerMinute !== undefined)
      counted.recentCalls = [...counted.recentCalls.filter((at) => at > now - MINUTE_MS), now];
    tables.keys.save(counted);
  }
}

/**
 * What a key has spent and holds, with what is carved out of it: all of a living child's cap, and of a child that
 * ended what it spent and still holds.
 */
function getKeySpend(tables: Tables, row: KeyRow, now: number, object?: CountedObject): Spend {
  const own = getSpend(row.account, now, object);
  const children = tables.keys.listChildren(row.record.id);
  if (children.length === 0) return own;
  return children.map((child) => getCarvedSpend(tables, child, now, object)).reduce(addSpend, own);
}

function getCarvedSpend(tables: Tables, child: KeyRow, now: number, object?: CountedObject): Spend {
  const spend = getKeySpend(tables, child, now, object);
  const { totalCapMicroUsd = 0 } = child.record.policy;
  if (getStatus(child.record, now) !== "active") return spend;
  const room = totalCapMicroUsd - spend.totalMicroUsd;
  return {
    ...spend,
    heldMicroUsd: Math.max(spend.heldMicroUsd, room),
    dailyHeldMicroUsd: Math.max(spend.dailyHeldMicroUsd, room),
  };
}

function getSpend(account: SpendAccount, now: number, object?: CountedObject): Spend {
  const spend = account.getSpend(toUtcDay(now));
  if (object) spend.exposureMicroUsd = getCounted(account, object);
  return spend;
}

function addSpend(a: Spend, b: Spend): Spend {
  return {
    dailyMicroUsd: a.dailyMicroUsd + b.dailyMicroUsd,
    dailyHeldMicroUsd: a.dailyHeldMicroUsd + b.dailyHeldMicroUsd,
    totalMicroUsd: a.totalMicroUsd + b.totalMicroUsd,
    heldMicroUsd: a.heldMicroUsd + b.heldMicroUsd,
    unknownMicroUsd: a.unknownMicroUsd + b.unknownMicroUsd,
    // What a child has counted of an object is the child's: the key itself has set nothing aside for it.
    exposureMicroUsd: a.exposureMicroUsd,
  };
}
