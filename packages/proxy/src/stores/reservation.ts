import type { SpendAccount } from "./spend-account.ts";
import type { Effect, Outcome, Settlement } from "./store.ts";

/** What one scope (the key, or one of its budgets) has set aside for a call, and then spent on it. */
export interface Share {
  account: SpendAccount;
  heldMicroUsd: number;
  spentMicroUsd: number;
}

/** Room that was set aside, and the tries that share it. */
export interface Reservation {
  /** The key's share first, then those of its budgets. */
  shares: [Share, ...Share[]];
  /** The UTC day it counts in, whenever it is settled. */
  day: number;
  /** False for a free call, which only counts. */
  spends: boolean;
  state: "held" | "settled" | "released";
  openTries: number;
  /** Some try ended without anybody knowing how: from then on only an answer for the whole settles it. */
  tainted: boolean;
  at: number;
  /** The audit entries of its tries. */
  entries: string[];
}

type End = Pick<Settlement, "outcome" | "costMicroUsd" | "notes">;

/** What a try's end does to the reservation it shares, and what that call cost the key. */
export function endTry(reservation: Reservation, outcome: Outcome): End {
  reservation.openTries--;
  if (!reservation.spends) return { outcome: "none", costMicroUsd: 0, notes: [] };
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

function endWithEffect(
  reservation: Reservation,
  { kind, costMicroUsd, objectId }: Effect & { kind: string },
): End {
  // A second effect without the vendor's replay marker is a second charge: the vendor had forgotten the first.
  if (reservation.state === "settled" && kind === "replayed")
    return { outcome: "settled", costMicroUsd: 0, notes: [] };
  const [own] = reservation.shares;
  const reserved = own.heldMicroUsd;
  const spentBefore = own.spentMicroUsd;
  for (const share of reservation.shares) spend(reservation, share, costMicroUsd, objectId);
  if (reservation.state === "held") releaseAll(reservation);
  reservation.state = "settled";
  const cost = own.spentMicroUsd - spentBefore;
  if (costMicroUsd === null && reserved === 0) return { outcome: "settled", costMicroUsd: null, notes: [] };
  if (costMicroUsd === null) return { outcome: "settled", costMicroUsd: cost, notes: ["estimate"] };
  return { outcome: "settled", costMicroUsd: cost, notes: cost > reserved ? ["overage"] : [] };
}

/** Without a cost told by the vendor, what was reserved is the cost. Of an object, only what is new here counts. */
function spend(
  { day }: Reservation,
  share: Share,
  costMicroUsd: number | null,
  objectId: string | undefined,
): void {
  const { account, heldMicroUsd } = share;
  const counted = objectId === undefined ? 0 : account.getExposure(objectId);
  const cost = costMicroUsd === null ? heldMicroUsd : Math.max(0, costMicroUsd - counted);
  account.spend(day, cost);
  share.spentMicroUsd += cost;
  if (objectId !== undefined) account.expose(objectId, counted + cost);
}

function releaseAll({ shares, day, tainted }: Reservation): void {
  for (const share of shares) share.account.release(day, share.heldMicroUsd, tainted);
}

/** Writes a cost that became known after the end, whatever had been assumed. */
export function correct(reservation: Reservation, costMicroUsd: number): void {
  if (reservation.state === "held") releaseAll(reservation);
  const [own] = reservation.shares;
  for (const share of reservation.shares) {
    // A scope that had counted more or less of the object than the key did keeps that difference.
    const cost = Math.max(0, costMicroUsd + share.heldMicroUsd - own.heldMicroUsd);
    share.account.spend(reservation.day, cost - share.spentMicroUsd);
    share.spentMicroUsd = cost;
  }
  reservation.state = "settled";
}

/** Takes a hold of unknown outcome for spent. */
export function spendHold(reservation: Reservation): void {
  if (reservation.state !== "held") return;
  for (const share of reservation.shares) spend(reservation, share, null, undefined);
  releaseAll(reservation);
  reservation.state = "settled";
}
