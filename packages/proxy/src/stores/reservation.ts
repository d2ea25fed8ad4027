import type { SpendAccount } from "./spend-account.ts";
import type { Outcome, Settlement } from "./store.ts";

/** Room that was set aside, and the tries that share it. */
export interface Reservation {
  /** The key's account and those of its budgets. */
  accounts: SpendAccount[];
  /** The UTC day it counts in, whenever it is settled. */
  day: number;
  microUsd: number;
  /** False for a free call, which only counts. */
  spends: boolean;
  state: "held" | "settled" | "released";
  openTries: number;
  /** Some try ended without anybody knowing how: from then on only an answer for the whole settles it. */
  tainted: boolean;
  at: number;
}

type End = Pick<Settlement, "outcome" | "costMicroUsd">;

/** What a try's end does to the reservation it shares, and what that call cost. */
export function endTry(reservation: Reservation, outcome: Outcome): End {
  reservation.openTries--;
  if (!reservation.spends) return { outcome: "none", costMicroUsd: 0 };
  if (outcome.kind === "effect" || outcome.kind === "replayed") return endWithEffect(reservation, outcome);
  // The money of this call was settled by another try; this one moved nothing.
  if (reservation.state !== "held") return { outcome: "settled", costMicroUsd: 0 };
  if (outcome.kind === "unknown") {
    if (!reservation.tainted) for (const account of reservation.accounts) account.doubt(reservation.microUsd);
    reservation.tainted = true;
  }
  // A refusal of this try says nothing about another that is still out, or that ended in doubt.
  if (reservation.tainted || reservation.openTries > 0) return { outcome: "unknown", costMicroUsd: null };
  for (const account of reservation.accounts) account.release(reservation.day, reservation.microUsd, false);
  reservation.state = "released";
  return { outcome: "released", costMicroUsd: 0 };
}

function endWithEffect(
  reservation: Reservation,
  outcome: { kind: "effect" | "replayed"; costMicroUsd: number | null },
): End {
  const { accounts, day, microUsd, state, tainted } = reservation;
  // A second effect without the vendor's replay marker is a second charge: the vendor had forgotten the first.
  if (state === "settled" && outcome.kind === "replayed") return { outcome: "settled", costMicroUsd: 0 };
  const cost = outcome.costMicroUsd ?? microUsd;
  for (const account of accounts) {
    if (state === "held") account.release(day, microUsd, tainted);
    account.spend(day, cost);
  }
  reservation.state = "settled";
  const isUnknown = outcome.costMicroUsd === null && microUsd === 0;
  return { outcome: "settled", costMicroUsd: isUnknown ? null : cost };
}
