import { MAX_MICRO_USD } from "@keybrake/core/protocol";
import type { BudgetState, KeyRecord, KeyState, LimitRefusal, Spend, StatedCaps } from "../ledger.ts";
import type { Price } from "../price.ts";
import { MINUTE_MS } from "./constants.ts";
import { getDayEnd } from "./window.ts";

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

/** Every cap over a key: its own, those of the keys above it, and of its budgets those that are stored and those that it states. */
function listCaps(
  { record, spend, budgets, ancestors }: Pick<KeyState, "record" | "spend" | "budgets" | "ancestors">,
  now: number,
): Cap[] {
  const { exposureMicroUsd } = spend;
  return [
    ...keyCapsOf(record, spend, now),
    ...ancestors.flatMap((above) => keyCapsOf(above.record, { ...above.spend, exposureMicroUsd }, now)),
    ...budgets.flatMap((budget) => [
      ...capsOf(`budget:${budget.name}`, budget, now),
      ...statedCapsOf(record.policy.budgetCaps?.[budget.name], budget, now),
    ]),
  ];
}

function keyCapsOf({ policy }: KeyRecord, spend: Spend, now: number): Cap[] {
  const { dailyCapMicroUsd = null, totalCapMicroUsd = null } = policy;
  return capsOf("key", { dailyCapMicroUsd, totalCapMicroUsd, spend }, now);
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

/** Two caps of one scope. */
interface ScopeCaps {
  dailyCapMicroUsd?: number | null;
  totalCapMicroUsd?: number | null;
}

/** What is left under both caps of a scope; infinite if it has none. Every call asks this, so it makes no objects. */
function roomOf({ dailyCapMicroUsd, totalCapMicroUsd }: ScopeCaps, spend: Spend): number {
  let room = Number.POSITIVE_INFINITY;
  if (dailyCapMicroUsd != null) room = dailyCapMicroUsd - spend.dailyMicroUsd - spend.dailyHeldMicroUsd;
  if (totalCapMicroUsd != null)
    room = Math.min(room, totalCapMicroUsd - spend.totalMicroUsd - spend.heldMicroUsd);
  return Math.max(0, room);
}

export function isCapped({ dailyCapMicroUsd, totalCapMicroUsd }: ScopeCaps): boolean {
  return dailyCapMicroUsd != null || totalCapMicroUsd != null;
}

/** Whether a scope has a cap of 0: it refuses every spending call, one for 0 USD too. */
function isShut({ dailyCapMicroUsd, totalCapMicroUsd }: ScopeCaps): boolean {
  return dailyCapMicroUsd === 0 || totalCapMicroUsd === 0;
}

/** What remains under the tightest cap, in micro-USD; `null` if nothing caps the key. */
export function getRemaining({
  record: { policy },
  spend,
  budgets,
  ancestors,
}: Pick<KeyState, "record" | "spend" | "budgets" | "ancestors">): number | null {
  let least = roomOf(policy, spend);
  for (const above of ancestors) least = Math.min(least, roomOf(above.record.policy, above.spend));
  for (const budget of budgets) {
    least = Math.min(least, roomOf(budget, budget.spend));
    const stated = policy.budgetCaps?.[budget.name];
    if (stated !== undefined) least = Math.min(least, roomOf(stated, budget.spend));
  }
  return least === Number.POSITIVE_INFINITY ? null : least;
}

/** Whether a call of this maximum cost fits every cap of the key and its budgets. */
function fitsCaps(
  { record: { policy }, spend, budgets, ancestors }: KeyState,
  wholeMicroUsd: number,
): boolean {
  const fits = (caps: ScopeCaps, scope: Spend): boolean =>
    !isShut(caps) && toShare(wholeMicroUsd, scope.exposureMicroUsd) <= roomOf(caps, scope);
  if (!fits(policy, spend)) return false;
  // What a call counts in the keys above is what it counts in its own.
  const { exposureMicroUsd } = spend;
  for (const above of ancestors)
    if (!fits(above.record.policy, { ...above.spend, exposureMicroUsd })) return false;
  for (const budget of budgets) {
    if (!fits(budget, budget.spend)) return false;
    const stated = policy.budgetCaps?.[budget.name];
    if (stated !== undefined && !fits(stated, budget.spend)) return false;
  }
  return true;
}

/** Why a key has no room to carve a cap out of, if so: its own caps count, its budgets are met call by call. */
export function refuseCarving(
  state: Pick<KeyState, "record" | "spend">,
  requestedMicroUsd: number,
  now: number,
): LimitRefusal | undefined {
  const full = listCaps({ ...state, budgets: [], ancestors: [] }, now).find(
    (cap) => requestedMicroUsd > roomUnder(cap),
  );
  if (!full) return undefined;
  const { exposureMicroUsd: _, ...cap } = full;
  return { code: "cap_exhausted", requestedMicroUsd, ...cap };
}

/** What remains under a budget's stored caps, in micro-USD; `null` if it has none. */
export function getBudgetRemaining(budget: BudgetState): number | null {
  const room = roomOf(budget, budget.spend);
  return room === Number.POSITIVE_INFINITY ? null : room;
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
  const wholeMicroUsd = shares ? 0 : toWhole(price, getMostPerCall(state));
  const refusal =
    refuseState(state, now) ??
    refuseCounts(state, now) ??
    (shares
      ? undefined
      : (refusePrice(state, price) ??
        refuseAmount(state, price, wholeMicroUsd, now) ??
        refuseBound(state, price, wholeMicroUsd)));
  return refusal ? { wholeMicroUsd, refusal } : { wholeMicroUsd };
}

/** The lowest `maxMicroUsdPerCall` of a key and those above it. */
function getMostPerCall({ record, ancestors }: KeyState): number | undefined {
  let most = record.policy.maxMicroUsdPerCall;
  for (const above of ancestors) {
    const { maxMicroUsdPerCall } = above.record.policy;
    if (maxMicroUsdPerCall !== undefined) most = Math.min(most ?? maxMicroUsdPerCall, maxMicroUsdPerCall);
  }
  return most;
}

function toWhole(price: Price, maxMicroUsdPerCall: number | undefined): number {
  if (price.kind === "amount") return price.microUsd;
  if (price.kind === "free") return 0;
  const perTime = maxMicroUsdPerCall ?? 0;
  if (price.kind !== "unpriced") return perTime;
  const { times = 1, microUsd = 0 } = price;
  return Math.min(MAX_MICRO_USD, times * perTime + microUsd);
}

function refuseState(state: KeyState, now: number): LimitRefusal | undefined {
  const { record, budgets, ancestors, frozenBy } = state;
  if (record.revokedAt !== null) return { code: "key_revoked" };
  if (record.expiresAt <= now) return { code: "key_expired" };
  if (record.frozen || ancestors.some((above) => above.record.frozen))
    return { code: "key_frozen", limit: "key:frozen" };
  if (frozenBy !== null) return { code: "key_frozen", limit: `freeze:${frozenBy}` };
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
function refusePrice(state: KeyState, price: Price): LimitRefusal | undefined {
  if (price.kind !== "unpriced" && price.kind !== "currency_unpriced") return undefined;
  const maxMicroUsdPerCall = getMostPerCall(state);
  const hasCap = getRemaining(state) !== null;
  const bounded = hasCap || maxMicroUsdPerCall !== undefined;
  if (price.kind === "currency_unpriced") return bounded ? { code: "currency_unpriced" } : undefined;
  if (!hasCap) return undefined;
  return price.renews || maxMicroUsdPerCall === undefined ? { code: "unpriced_endpoint" } : undefined;
}

/** A bound below what a call there was told to cost is known to be wrong. */
function refuseBound(state: KeyState, price: Price, wholeMicroUsd: number): LimitRefusal | undefined {
  const capMicroUsd = getMostPerCall(state);
  if (price.kind !== "unpriced" || capMicroUsd === undefined) return undefined;
  const { toldMicroUsd: requestedMicroUsd = 0 } = price;
  return wholeMicroUsd < requestedMicroUsd
    ? { code: "unpriced_endpoint", limit: "key:per_call", capMicroUsd, requestedMicroUsd }
    : undefined;
}

function refuseAmount(
  state: KeyState,
  price: Price,
  wholeMicroUsd: number,
  now: number,
): LimitRefusal | undefined {
  if (price.kind === "free") return undefined;
  const maxMicroUsdPerCall = getMostPerCall(state);
  const requestedMicroUsd = toShare(wholeMicroUsd, state.spend.exposureMicroUsd);
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
  if (fitsCaps(state, wholeMicroUsd)) return undefined;
  const full = listCaps(state, now).find(
    (cap) => cap.capMicroUsd === 0 || toShare(wholeMicroUsd, cap.exposureMicroUsd) > roomUnder(cap),
  );
  if (!full) return undefined;
  const { exposureMicroUsd, ...cap } = full;
  return { code: "cap_exhausted", requestedMicroUsd: toShare(wholeMicroUsd, exposureMicroUsd), ...cap };
}
