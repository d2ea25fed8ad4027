import type { Reservation } from "./reservation.ts";
import type { AuditTable } from "./tables.ts";

/** Once a call is settled, the entries of its doubtful tries need no longer be looked at: one entry has the cost. */
export function closeEntries(audit: AuditTable, reservation: Reservation, costsStandIn: string): void {
  if (reservation.state !== "settled") return;
  for (const id of reservation.entries) {
    if (id === costsStandIn) continue;
    const record = audit.find(id);
    if (record?.outcome === "unknown") audit.replace({ ...record, outcome: "settled", costMicroUsd: 0 });
  }
}
