import type { AuditNote } from "../ledger.ts";
import { closeEntries } from "./close-entries.ts";
import type { OperationsNamed } from "./operations-named.ts";
import { correct, spendHold } from "./reservation.ts";
import type { Tables } from "./tables.ts";

/** The verbs that decide what was left open when a call ended. */
export function createCorrectingOperations({
  reservations,
  audit,
}: Tables): OperationsNamed<"resettle" | "spendUnknown"> {
  return {
    resettle(tenant, auditId, costMicroUsd, note) {
      const record = audit.find(auditId);
      const reservation = reservations.findByEntry(auditId);
      if (record?.tenant !== tenant || !reservation || reservation.state === "released") return undefined;
      // What is true now may be wrong in a moment, while another try of the same call is still out.
      if (reservation.state === "held" && reservation.openTries > 0) return undefined;
      const isOver = correct(reservation, record.costMicroUsd ?? 0, costMicroUsd);
      reservations.save(reservation);
      closeEntries(audit, reservation, auditId);
      const kept = record.notes.filter(
        (other) => other !== note && other !== "estimate" && other !== "overage",
      );
      const over: AuditNote[] = isOver ? ["overage"] : [];
      const corrected = {
        ...record,
        outcome: "settled" as const,
        costMicroUsd,
        notes: [...kept, ...over, note],
      };
      audit.replace(corrected);
      return corrected;
    },

    spendUnknown(before) {
      const doubtful = reservations.listDoubtful(before);
      for (const reservation of doubtful) {
        spendHold(reservation);
        reservations.save(reservation);
        const record = audit.find(reservation.entries[0] ?? "");
        if (!record) continue;
        const costMicroUsd = reservation.shares[0].spentMicroUsd;
        audit.replace({ ...record, outcome: "settled", costMicroUsd });
        closeEntries(audit, reservation, record.id);
      }
      return doubtful.length;
    },
  };
}
