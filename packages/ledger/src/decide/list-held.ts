import type { TryRow } from "./tables.ts";

/** What each of a key's open attempts holds; what several share counts for the oldest. */
export function listHeld(open: readonly TryRow[]): { attemptId: string; heldMicroUsd: number }[] {
  const counted = new Set<number>();
  return open.map(({ id, reservation }) => {
    const holds = reservation.state === "held" && !counted.has(reservation.id);
    counted.add(reservation.id);
    return { attemptId: id, heldMicroUsd: holds ? reservation.shares[0].heldMicroUsd : 0 };
  });
}
