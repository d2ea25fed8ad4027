import type { AuditNote, Effect, Outcome, Settlement } from "../ledger.ts";
import { getCounted, type SpendAccount } from "./spend-account.ts";

/** What one scope (the key, or one of its budgets) has set aside for a call, and then spent on it. */
export interface Share {
  account: SpendAccount;
  heldMicroUsd: number;
  spentMicroUsd: number;
}

/** Room that was set aside, and the tries that share it. */
export interface Reservation {
  readonly id: number;
  /** The key's share first, then those of its budgets. */
  shares: [Share, ...Share[]];
  /** The UTC day it counts in, whenever it is settled. */
  day: number;
  /** The most the call may cost in all; of an object, the exposure it may come to stand for. */
  wholeMicroUsd: number;
  objectId: string | undefined;
  /** False for a free call, which only counts. */
  spends: boolean;
  state: "held" | "settled" | "released";
  openTries: number;
  /** Some try ended without anybody knowing how: from then on only an answer for the whole settles it. */
  tainted: boolean;
  /** The vendor may do a next try once more, so that it must find room of its own. */
  closed: boolean;
  /** A replay was told before the answer it repeats, which one of the open tries may still bring. */
  awaitsOriginal: boolean;
  /** It follows one that is out of its window: what the vendor answers may still be about that, and later about this. */
  follows: boolean;
  at: number;
  /** The audit entries of its tries. */
  entries: readonly string[];
}

type End = Pick<Settlement, "outcome" | "costMicroUsd" | "notes">;

/** What a try's end does to the reservation it shares, and what that call cost the key. */
export function endTry(reservation: Reservation, outcome: Outcome): End {
  reservation.openTries--;
  const awaitedOriginal = reservation.awaitsOriginal;
  if (reservation.openTries === 0 || outcome.kind === "effect") reservation.awaitsOriginal = false;
  if (!reservation.spends) return { outcome: "none", costMicroUsd: 0, notes: [] };
  if (outcome.kind === "effect" && awaitedOriginal) return { outcome: "settled", costMicroUsd: 0, notes: [] };
  if (outcome.kind === "effect" || outcome.kind === "replayed") return endWithEffect(reservation, outcome);
  // The money of this call was settled by another try; this one moved nothing.
  if (reservation.state !== "held") return { outcome: "settled", costMicroUsd: 0, notes: [] };
  if (outcome.kind === "unknown") {
    if (!reservation.tainted)
      for (const { account, heldMicroUsd } of reservation.shares) account.doubt(heldMicroUsd);
    reservation.tainted = true;
  }
  // A refusal of this try says nothing about another that is still out, or that ended in doubt.
  if (reservation.tainted || reservation.openTries > 0)
    return { outcome: "unknown", costMicroUsd: null, notes: [] };
  releaseAll(reservation);
  reservation.state = "released";
  return { outcome: "released", costMicroUsd: 0, notes: [] };
}

function endWithEffect(reservation: Reservation, { kind, ...effect }: Effect & { kind: string }): End {
  // A second effect without the vendor's replay marker is a second charge: the vendor had forgotten the first.
  const again = reservation.state === "settled";
  if (again && kind === "replayed") return { outcome: "settled", costMicroUsd: 0, notes: [] };
  const { costMicroUsd } = effect;
  const { shares, objectId: reservedFor, wholeMicroUsd } = reservation;
  const costs = shares.map((share) => spend(reservation, share, effect));
  if (costMicroUsd === null && reservedFor !== undefined)
    for (const { account } of shares) account.expose(reservedFor, wholeMicroUsd);
  // Nothing was set aside for a second charge, whatever the first had reserved.
  const isOver = shares.some(({ heldMicroUsd }, index) => (costs[index] ?? 0) > (again ? 0 : heldMicroUsd));
  if (again && isOver) reservation.closed = true;
  // What was counted before was done before, under another reservation: the vendor may forget it sooner than this one.
  if (!again && costMicroUsd !== null && costs.some((cost) => cost < costMicroUsd)) reservation.closed = true;
  if (reservation.state === "held") releaseAll(reservation);
  reservation.state = "settled";
  if (!again && kind === "replayed") reservation.awaitsOriginal = reservation.openTries > 0;
  const [cost = 0] = costs;
  const over: AuditNote[] = isOver ? ["overage"] : [];
  if (costMicroUsd !== null) return { outcome: "settled", costMicroUsd: cost, notes: over };
  if (shares[0].heldMicroUsd === 0) return { outcome: "settled", costMicroUsd: null, notes: over };
  return { outcome: "settled", costMicroUsd: cost, notes: ["estimate", ...over] };
}

/** Without a cost told by the vendor, what was reserved is the cost. Of an object, only what is new here counts. */
function spend({ day }: Reservation, share: Share, { costMicroUsd, objectId, partIds }: Effect): number {
  const { account, heldMicroUsd } = share;
  const counted = getCounted(account, { objectId, partIds });
  const cost = costMicroUsd === null ? heldMicroUsd : Math.max(0, costMicroUsd - counted);
  account.spend(day, cost);
  share.spentMicroUsd += cost;
  if (objectId !== undefined) account.expose(objectId, counted + cost);
  return cost;
}

function releaseAll({ shares, day, tainted }: Reservation): void {
  for (const share of shares) share.account.release(day, share.heldMicroUsd, tainted);
}

/**
 * Writes what an entry has really cost, whatever had been assumed. Says whether the call has now cost more than was
 * set aside for it.
 *
 * @param assumedMicroUsd what that entry counted for until now
 */
export function correct(reservation: Reservation, assumedMicroUsd: number, costMicroUsd: number): boolean {
  const { shares, state, day } = reservation;
  const [own] = shares;
  const wasHeld = state === "held";
  if (wasHeld) releaseAll(reservation);
  for (const share of shares) {
    // A scope that had counted more or less of the object than the key did keeps that difference.
    const before = wasHeld ? share.heldMicroUsd - own.heldMicroUsd : share.spentMicroUsd - assumedMicroUsd;
    const cost = Math.max(0, before + costMicroUsd);
    share.account.spend(day, cost - share.spentMicroUsd);
    share.spentMicroUsd = cost;
    // What the vendor has not done, it may still do at a retry.
    if (cost < share.heldMicroUsd) reservation.closed = true;
  }
  reservation.state = "settled";
  return shares.some(({ spentMicroUsd, heldMicroUsd }) => spentMicroUsd > heldMicroUsd);
}

/** What a vendor's object stands for by what the vendor told, or may stand for by what nobody knows. */
export interface Exposure {
  objectId: string;
  microUsd: number;
  told: boolean;
}

/** What an object may stand for now, after a try has ended. */
export function toExposure({ objectId, wholeMicroUsd }: Reservation, outcome: Outcome): Exposure | undefined {
  if ("objectId" in outcome && outcome.objectId !== undefined && outcome.costMicroUsd !== null)
    return { objectId: outcome.objectId, microUsd: outcome.costMicroUsd, told: true };
  const untold = "costMicroUsd" in outcome && outcome.costMicroUsd === null;
  return objectId !== undefined && (untold || outcome.kind === "unknown")
    ? { objectId, microUsd: wholeMicroUsd, told: false }
    : undefined;
}

/** What a call was told to cost that had reserved an operator's bound. */
export function toExceededBound({ wholeMicroUsd }: Reservation, outcome: Outcome): Exposure | undefined {
  if (!("boundId" in outcome) || outcome.boundId === undefined || outcome.costMicroUsd === null)
    return undefined;
  // Without a bound there was none to be wrong.
  return wholeMicroUsd > 0
    ? { objectId: outcome.boundId, microUsd: outcome.costMicroUsd, told: true }
    : undefined;
}

/** Takes a hold of unknown outcome for spent. */
export function spendHold(reservation: Reservation): void {
  if (reservation.state !== "held") return;
  for (const share of reservation.shares) spend(reservation, share, { costMicroUsd: null });
  releaseAll(reservation);
  reservation.state = "settled";
}
