import type { FreezeRecord } from "../freeze.ts";
import type { BudgetState, KeyRecord, KeyState, Spend } from "../ledger.ts";
import { MINUTE_MS } from "./constants.ts";
import { findFreeze } from "./freezing.ts";
import { type CountedObject, getCounted, type SpendAccount } from "./spend-account.ts";
import type { BudgetRow, KeyRow, Tables } from "./tables.ts";
import { toUtcDay, toUtcMonth } from "./window.ts";

const NO_ANCESTORS: KeyState["ancestors"] = [];

export function getStatus(record: KeyRecord, now: number): "active" | "expired" | "revoked" {
  if (record.revokedAt !== null) return "revoked";
  return record.expiresAt <= now ? "expired" : "active";
}

/** A key with everything its next call must fit. */
export function toKeyState(tables: Tables, row: KeyRow, now: number, object?: CountedObject): KeyState {
  const { record, calls, recentCalls } = row;
  const ancestors = record.parentId === null ? NO_ANCESTORS : toAncestors(listAncestors(tables, row), now);
  return {
    record,
    spend: getKeySpend(tables, row, now, object),
    calls,
    recentCalls,
    budgets: record.policy.budgets.map((name) =>
      toBudgetState(getBudget(tables, record.tenant, name), now, object),
    ),
    ancestors,
    frozenBy: toFrozenBy(tables.freezes.list(record.tenant), record, ancestors),
  };
}

function toFrozenBy(
  freezes: readonly FreezeRecord[],
  record: KeyRecord,
  ancestors: KeyState["ancestors"],
): string | null {
  if (freezes.length === 0) return null;
  const above = ancestors.map((ancestor) => ancestor.record);
  return findFreeze(freezes, record, above)?.id ?? null;
}

function toAncestors(rows: KeyRow[], now: number): KeyState["ancestors"] {
  return rows.map(({ record, calls, recentCalls, account }) => {
    return { record, calls, recentCalls, spend: account.getSpend(toUtcDay(now)) };
  });
}

/** A key as it, the keys above it and the freezes of its tenant bind its calls. */
export function bindKey(
  record: KeyRecord,
  above: readonly KeyRecord[],
  freezes: readonly FreezeRecord[],
): KeyRecord {
  const freeze = findFreeze(freezes, record, above);
  if (above.length === 0 && !freeze) return record;
  const within = above.map(({ policy }) => policy.allowedEndpoints ?? null);
  return {
    ...record,
    policy: { ...record.policy, within },
    frozen: record.frozen || above.some(({ frozen }) => frozen),
    changes: countChanges(record, above),
    ...(freeze ? { frozenBy: freeze.id } : {}),
  };
}

/** How often a key and those above it were changed. It only grows, so that an equal number means that nothing has. */
export function countChanges(record: KeyRecord, above: readonly KeyRecord[]): number {
  return above.reduce((sum, { changes }) => sum + changes, record.changes);
}

/** Whether a key, or one above it, was changed since its policy was read. */
export function hasChanged({ record, ancestors }: KeyState, readChanges: number | undefined): boolean {
  if (readChanges === undefined) return false;
  const above = ancestors.map((ancestor) => ancestor.record);
  return countChanges(record, above) !== readChanges;
}

/** A budget of a key; what a key names is there, as it was made with it. */
export function getBudget({ budgets }: Tables, tenant: string, name: string): BudgetRow {
  return budgets.find(tenant, name) ?? budgets.insert(tenant, name);
}

export function toBudgetState(row: BudgetRow, now: number, object?: CountedObject): BudgetState {
  const { name, dailyCapMicroUsd, monthlyCapMicroUsd, totalCapMicroUsd, frozen, account } = row;
  const spend = getSpend(account, now, object);
  const month = account.getMonth(toUtcMonth(toUtcDay(now)));
  spend.monthlyMicroUsd = month.spent;
  spend.monthlyHeldMicroUsd = month.held;
  return { name, dailyCapMicroUsd, monthlyCapMicroUsd, totalCapMicroUsd, frozen, spend };
}

/** The keys a key was carved from, nearest first. */
export function listAncestors(tables: Tables, { record }: Pick<KeyRow, "record">): KeyRow[] {
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
 * What a key has spent and holds, with all keys carved from it, and with what is set aside for the living ones: what
 * remains under their caps.
 */
function getKeySpend(tables: Tables, row: KeyRow, now: number, object?: CountedObject): Spend {
  const spend = getSpend(row.account, now, object);
  for (const child of tables.keys.listChildren(row.record.id)) {
    if (getStatus(child.record, now) !== "active") continue;
    const own = child.account.getSpend(toUtcDay(now));
    const carved = getKeySpend(tables, child, now);
    const room = (child.record.policy.totalCapMicroUsd ?? 0) - carved.totalMicroUsd;
    spend.heldMicroUsd += Math.max(carved.heldMicroUsd, room) - own.heldMicroUsd;
    spend.dailyHeldMicroUsd += Math.max(carved.dailyHeldMicroUsd, room) - own.dailyHeldMicroUsd;
  }
  return spend;
}

function getSpend(account: SpendAccount, now: number, object?: CountedObject): Spend {
  const spend = account.getSpend(toUtcDay(now));
  if (object) spend.exposureMicroUsd = getCounted(account, object);
  return spend;
}
