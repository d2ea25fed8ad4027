import { MAX_MICRO_USD } from "@keybrake/core/protocol";
import type { BudgetState, KeyState, LimitRefusal, Spend, StatedCaps } from "../ledger.ts";
import type { Price } from "../price.ts";
import { getDayEnd } from "./window.ts";

const MINUTE_MS = 60_000;

/** One cap that a call must fit. */
interface Cap {
  limit: string;
  capMicroUsd: number;
  spentMicroUsd: number;
  heldMicroUsd: number;
  /** What of the call's object this scope has counted already. */
  exposureMicroUsd: number;
  resetsAt?: number;
  stated?: true;
}

/** Every cap over a key: its own, and of its budgets those that are stored and those that the key states. */
function listCaps(
  { record, spend, budgets }: Pick<KeyState, "record" | "spend" | "budgets">,
  now: number,
): Cap[] {
  const { dailyCapMicroUsd = null, totalCapMicroUsd = null } = record.policy;
  return [
    ...capsOf("key", { dailyCapMicroUsd, totalCapMicroUsd, spend }, now),
    ...budgets.flatMap((budget) => [
      ...capsOf(`budget:${budget.name}`, budget, now),
      ...statedCapsOf(record.policy.budgetCaps?.[budget.name], budget, now),
    ]),
  ];
}

function capsOf(
  scope: string,
  limits: { dailyCapMicroUsd: number | null; totalCapMicroUsd: number | null; spend: Spend },
  now: number,
): Cap[] {
  const { dailyCapMicroUsd, totalCapMicroUsd, spend } = limits;
  const { exposureMicroUsd } = spend;
  const caps: Cap[] = [];
  if (dailyCapMicroUsd !== null) {
    const { dailyMicroUsd: spentMicroUsd, dailyHeldMicroUsd: heldMicroUsd } = spend;
    const resetsAt = getDayEnd(now);
    caps.push({
      limit: `${scope}:daily`,
      capMicroUsd: dailyCapMicroUsd,
      spentMicroUsd,
      heldMicroUsd,
      exposureMicroUsd,
      resetsAt,
    });
  }
  if (totalCapMicroUsd !== null) {
    const { totalMicroUsd: spentMicroUsd, heldMicroUsd } = spend;
    caps.push({
      limit: `${scope}:total`,
      capMicroUsd: totalCapMicroUsd,
      spentMicroUsd,
      heldMicroUsd,
      exposureMicroUsd,
    });
  }
  return caps;
}

/** What a key states for a budget binds its calls against everything that was spent there, by whatever key. */
function statedCapsOf(stated: StatedCaps | undefined, { name, spend }: BudgetState, now: number): Cap[] {
  if (stated === undefined) return [];
  const { dailyCapMicroUsd = null, totalCapMicroUsd = null } = stated;
  const caps = capsOf(`budget:${name}`, { dailyCapMicroUsd, totalCapMicroUsd, spend }, now);
  return caps.map((cap) => ({ ...cap, stated: true as const }));
}

const roomUnder = (cap: Cap): number => Math.max(0, cap.capMicroUsd - cap.spentMicroUsd - cap.heldMicroUsd);

/** The room under the tightest cap, in micro-USD; `null` where nothing caps the key. */
export function getRemaining(
  state: Pick<KeyState, "record" | "spend" | "budgets">,
  now: number,
): number | null {
  const rooms = listCaps(state, now).map(roomUnder);
  return rooms.length === 0 ? null : Math.min(...rooms);
}

/** Why a key has no room to carve a cap out of, if so: its own caps count, its budgets are met call by call. */
export function refuseCarving(
  state: Pick<KeyState, "record" | "spend">,
  requestedMicroUsd: number,
  now: number,
): LimitRefusal | undefined {
  const full = listCaps({ ...state, budgets: [] }, now).find((cap) => requestedMicroUsd > roomUnder(cap));
  if (!full) return undefined;
  const { exposureMicroUsd: _, ...cap } = full;
  return { code: "cap_exhausted", requestedMicroUsd, ...cap };
}

/** The room under a budget's own caps. */
export function getBudgetRemaining(
  budget: { dailyCapMicroUsd: number | null; totalCapMicroUsd: number | null; spend: Spend },
  now: number,
): number | null {
  const rooms = capsOf("budget", budget, now).map(roomUnder);
  return rooms.length === 0 ? null : Math.min(...rooms);
}

/** What a scope must set aside for a call: the exposure of its object that the scope has not counted yet. */
export function toShare(wholeMicroUsd: number, exposureMicroUsd: number): number {
  return Math.max(0, wholeMicroUsd - exposureMicroUsd);
}

/**
 * Whether a call fits everything its key is bound by, and what it may cost in all; each scope's part of that is
 * its {@link toShare}. Pure: a store calls it inside its atomic step.
 *
 * @param shares whether the call shares the reservation of an earlier try, and so needs no further room
 */
export function fitCall(
  state: KeyState,
  price: Price,
  now: number,
  shares: boolean,
): { wholeMicroUsd: number; refusal?: LimitRefusal } {
  const caps = listCaps(state, now);
  const wholeMicroUsd = shares ? 0 : toWhole(price, state.record.policy.maxMicroUsdPerCall);
  const refusal =
    refuseState(state, now) ??
    refuseCounts(state, now) ??
    (shares
      ? undefined
      : (refusePrice(state, price, caps) ?? refuseAmount(state, price, wholeMicroUsd, caps)));
  return refusal ? { wholeMicroUsd, refusal } : { wholeMicroUsd };
}

function toWhole(price: Price, maxMicroUsdPerCall: number | undefined): number {
  if (price.kind === "amount") return price.microUsd;
  if (price.kind === "free") return 0;
  const perTime = maxMicroUsdPerCall ?? 0;
  if (price.kind !== "unpriced") return perTime;
  const { times = 1, microUsd = 0 } = price;
  return Math.min(MAX_MICRO_USD, times * perTime + microUsd);
}

function refuseState({ record, budgets }: KeyState, now: number): LimitRefusal | undefined {
  if (record.revokedAt !== null) return { code: "key_revoked" };
  if (record.expiresAt <= now) return { code: "key_expired" };
  const frozen = budgets.find((budget) => budget.frozen);
  return frozen && { code: "budget_frozen", limit: `budget:${frozen.name}` };
}

function refuseCounts(state: KeyState, now: number): LimitRefusal | undefined {
  for (const key of [state, ...state.ancestors]) {
    const refusal = refuseCount(key, now);
    if (refusal) return refusal;
  }
  return undefined;
}

function refuseCount(
  { record, calls, recentCalls }: KeyState["ancestors"][number],
  now: number,
): LimitRefusal | undefined {
  const { maxCalls, callsPerMinute } = record.policy;
  if (maxCalls !== undefined && calls >= maxCalls) return { code: "call_limit_reached", limit: "key:calls" };
  if (callsPerMinute === undefined) return undefined;
  const oldestThatCounts = recentCalls.filter((at) => at > now - MINUTE_MS).at(-callsPerMinute);
  if (oldestThatCounts === undefined) return undefined;
  const retryAfterSeconds = Math.ceil((oldestThatCounts + MINUTE_MS - now) / 1000);
  return { code: "rate_limited", limit: "key:calls_per_minute", retryAfterSeconds };
}

/** Under a cap, only what has a proven upper bound may pass; `max_usd_per_call` is the caller's own bound. */
function refusePrice({ record }: KeyState, price: Price, caps: Cap[]): LimitRefusal | undefined {
  const { maxMicroUsdPerCall } = record.policy;
  const bounded = caps.length > 0 || maxMicroUsdPerCall !== undefined;
  if (price.kind === "currency_unpriced" && bounded) return { code: "currency_unpriced" };
  if (price.kind !== "unpriced" || caps.length === 0) return undefined;
  return price.renews || maxMicroUsdPerCall === undefined ? { code: "unpriced_endpoint" } : undefined;
}

function refuseAmount(
  { record, spend }: KeyState,
  price: Price,
  wholeMicroUsd: number,
  caps: Cap[],
): LimitRefusal | undefined {
  if (price.kind === "free") return undefined;
  const { maxMicroUsdPerCall } = record.policy;
  const requestedMicroUsd = toShare(wholeMicroUsd, spend.exposureMicroUsd);
  // A limit of 0 refuses every spending call, one for 0 USD and one without a price too.
  if (
    maxMicroUsdPerCall !== undefined &&
    (maxMicroUsdPerCall === 0 || requestedMicroUsd > maxMicroUsdPerCall)
  ) {
    return {
      code: "cap_exhausted",
      limit: "key:per_call",
      capMicroUsd: maxMicroUsdPerCall,
      requestedMicroUsd,
    };
  }
  const full = caps.find(
    (cap) => cap.capMicroUsd === 0 || toShare(wholeMicroUsd, cap.exposureMicroUsd) > roomUnder(cap),
  );
  if (!full) return undefined;
  const { exposureMicroUsd, ...cap } = full;
  return { code: "cap_exhausted", requestedMicroUsd: toShare(wholeMicroUsd, exposureMicroUsd), ...cap };
}
