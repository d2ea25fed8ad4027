import type { Reservation } from "../decide/reservation.ts";
import type { TryRow } from "../decide/tables.ts";
import type { Entry } from "./entry-text.ts";

/** An attempt that has ended, as it was answered then. */
export function toTry({ record, attempt }: Entry, reservation: Reservation): TryRow {
  const [admitted, settled] = attempt ?? [null, null];
  const { requestId, keyId, at, outcome, reservedMicroUsd, costMicroUsd, notes, wouldRefuse } = record;
  return {
    id: requestId,
    keyId: keyId ?? "",
    reservation,
    answer: { admitted: true, reservedMicroUsd, remainingMicroUsd: admitted, wouldRefuse },
    at,
    deadline: at,
    abandoned: undefined,
    settlement: { outcome, costMicroUsd, notes, reservedMicroUsd, remainingMicroUsd: settled },
    givenUp: false,
  };
}
