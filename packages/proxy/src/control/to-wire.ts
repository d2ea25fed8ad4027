import {
  toBudgetName,
  toEndpointPattern,
  toMicroUsd,
  toUsd,
  type WireAuditEntry,
  type WireBudget,
  type WireKey,
  type WireKeySpend,
  type WirePolicy,
} from "@keybrake/core/protocol";
import type {
  AllowedEndpoint,
  AuditRecord,
  BudgetState,
  KeyPolicy,
  KeyRecord,
  KeyState,
  Spend,
} from "@keybrake/ledger";
import { getBudgetRemaining, getDayEnd, getRemaining, toTimestamp } from "@keybrake/ledger";

type Defined<Fields> = { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };

/** Drops what is not set: an absent field and `undefined` are different things on the wire and in the store. */
export function defined<Fields extends object>(fields: Fields): Defined<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Defined<Fields>;
}

const toOptionalMicroUsd = (usd: number | undefined): number | undefined =>
  usd === undefined ? undefined : toMicroUsd(usd);
const toOptionalUsd = (microUsd: number | undefined): number | undefined =>
  microUsd === undefined ? undefined : toUsd(microUsd);
const toNullableUsd = (microUsd: number | null): number | null =>
  microUsd === null ? null : toUsd(microUsd);

/** The policy as it is stored. */
export function toKeyPolicy(policy: Omit<WirePolicy, "label">): KeyPolicy {
  return {
    ...defined({
      allowedEndpoints: policy.allowed_endpoints?.map(toAllowedEndpoint),
      dailyCapMicroUsd: toOptionalMicroUsd(policy.daily_usd_cap),
      totalCapMicroUsd: toOptionalMicroUsd(policy.total_usd_cap),
      maxMicroUsdPerCall: toOptionalMicroUsd(policy.max_usd_per_call),
      maxCalls: policy.max_calls,
      callsPerMinute: policy.calls_per_minute,
    }),
    ...toBudgets(policy.budgets ?? []),
    shadow: policy.shadow ?? false,
    accounts: policy.accounts ?? [],
    allowRecurring: policy.allow_recurring ?? false,
    injectIdempotency: policy.idempotency === "inject",
    within: [],
    metadata: policy.metadata ?? {},
  };
}

/** An entry of an allowlist as it is stored. */
export function toAllowedEndpoint(
  entry: NonNullable<WirePolicy["allowed_endpoints"]>[number],
): AllowedEndpoint {
  if (typeof entry === "string") return entry;
  return { endpoint: entry.endpoint, maxMicroUsdPerCall: toMicroUsd(entry.max_usd_per_call) ?? 0 };
}

/** The bounds of an allowlist, for answers: released clients read `allowed_endpoints` as a list of patterns. */
function toWireBounds({ allowedEndpoints = [] }: KeyPolicy): Pick<WireKey, "endpoint_bounds"> {
  const bounds = allowedEndpoints
    .filter((entry) => typeof entry !== "string")
    .map(({ endpoint, maxMicroUsdPerCall }) => ({ endpoint, max_usd_per_call: toUsd(maxMicroUsdPerCall) }));
  return bounds.length === 0 ? {} : { endpoint_bounds: bounds };
}

/** Budgets by their names, and beside them the caps that are stated for them. */
export type NamedBudgets = Pick<KeyPolicy, "budgets" | "budgetCaps">;

/** The budgets of a policy. */
export function toBudgets(budgets: NonNullable<WirePolicy["budgets"]>): NamedBudgets {
  const stated = budgets.flatMap((budget) => {
    if (typeof budget === "string") return [];
    const caps = defined({
      dailyCapMicroUsd: toOptionalMicroUsd(budget.daily_usd_cap),
      monthlyCapMicroUsd: toOptionalMicroUsd(budget.monthly_usd_cap),
      totalCapMicroUsd: toOptionalMicroUsd(budget.total_usd_cap),
    });
    return Object.keys(caps).length === 0 ? [] : [[budget.name, caps] as const];
  });
  return {
    budgets: budgets.map(toBudgetName),
    ...(stated.length === 0 ? {} : { budgetCaps: Object.fromEntries(stated) }),
  };
}

/** The caps that a key states for its budgets, for answers: released clients read `budgets` as a list of names. */
function toWireBudgetCaps({ budgetCaps = {} }: KeyPolicy): Pick<WireKey, "budget_caps"> {
  const caps = Object.entries(budgetCaps).map(([name, stated]) => ({
    name,
    ...defined({
      daily_usd_cap: toOptionalUsd(stated.dailyCapMicroUsd),
      monthly_usd_cap: toOptionalUsd(stated.monthlyCapMicroUsd),
      total_usd_cap: toOptionalUsd(stated.totalCapMicroUsd),
    }),
  }));
  return caps.length === 0 ? {} : { budget_caps: caps };
}

export function toWireKey(record: KeyRecord, now: number): WireKey {
  const { policy } = record;
  return {
    id: record.id,
    label: record.label,
    vendor: record.vendor,
    status: record.revokedAt !== null ? "revoked" : record.expiresAt <= now ? "expired" : "active",
    mode: record.mode,
    ...defined({
      allowed_endpoints: policy.allowedEndpoints?.map(toEndpointPattern),
      daily_usd_cap: toOptionalUsd(policy.dailyCapMicroUsd),
      total_usd_cap: toOptionalUsd(policy.totalCapMicroUsd),
      max_usd_per_call: toOptionalUsd(policy.maxMicroUsdPerCall),
      max_calls: policy.maxCalls,
      calls_per_minute: policy.callsPerMinute,
    }),
    budgets: policy.budgets,
    ...toWireBounds(policy),
    ...toWireBudgetCaps(policy),
    frozen: record.frozen,
    shadow: policy.shadow,
    accounts: policy.accounts,
    allow_recurring: policy.allowRecurring,
    ...(policy.injectIdempotency ? { idempotency: "inject" as const } : {}),
    ...(record.parentId === null ? {} : { parent_id: record.parentId }),
    metadata: policy.metadata,
    created_at: toTimestamp(record.createdAt),
    expires_at: toTimestamp(record.expiresAt),
    revoked_at: record.revokedAt === null ? null : toTimestamp(record.revokedAt),
  };
}

function toWireSpend(spend: Spend, now: number): Omit<WireKeySpend, "calls" | "remaining_usd"> {
  return {
    daily_usd: toUsd(spend.dailyMicroUsd),
    total_usd: toUsd(spend.totalMicroUsd),
    held_usd: toUsd(spend.heldMicroUsd),
    unknown_usd: toUsd(spend.unknownMicroUsd),
    resets_at: toTimestamp(getDayEnd(now)),
  };
}

export function toWireKeySpend(state: KeyState, now: number): WireKeySpend {
  return {
    ...toWireSpend(state.spend, now),
    calls: state.calls,
    remaining_usd: toNullableUsd(getRemaining(state)),
  };
}

export function toWireBudget(budget: BudgetState, now: number): WireBudget {
  return {
    name: budget.name,
    daily_usd_cap: toNullableUsd(budget.dailyCapMicroUsd),
    monthly_usd_cap: toNullableUsd(budget.monthlyCapMicroUsd),
    total_usd_cap: toNullableUsd(budget.totalCapMicroUsd),
    frozen: budget.frozen,
    spend: {
      ...toWireSpend(budget.spend, now),
      monthly_usd: toUsd(budget.spend.monthlyMicroUsd),
      remaining_usd: toNullableUsd(getBudgetRemaining(budget)),
    },
  };
}

export function toWireAudit(record: AuditRecord): WireAuditEntry {
  return {
    id: record.id,
    request_id: record.requestId,
    at: toTimestamp(record.at),
    key_id: record.keyId,
    label: record.label,
    vendor: record.vendor,
    mode: record.mode,
    method: record.method,
    path: record.path,
    decision: record.decision,
    code: record.code,
    would_refuse: record.wouldRefuse,
    status: record.status,
    outcome: record.outcome,
    reserved_usd: toUsd(record.reservedMicroUsd),
    cost_usd: toNullableUsd(record.costMicroUsd),
    budgets: record.budgets,
    metadata: record.metadata,
    vendor_request_id: record.vendorRequestId,
    notes: record.notes,
    duration_ms: record.durationMs,
  };
}
