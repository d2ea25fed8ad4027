import type { Reservation } from "../decide/reservation.ts";
import type { ReservationTable } from "../decide/tables.ts";

/** @param entered the reservations behind audit entries, for costs that become known later */
export function createMemoryReservations(entered: ReadonlyMap<string, Reservation>): ReservationTable {
  const replays = new Map<string, Reservation>();
  const doubtful = new Set<Reservation>();
  let count = 0;
  return {
    insert(draft, replayId) {
      const reservation: Reservation = { id: ++count, ...draft };
      if (replayId !== undefined) {
        // Deleted first: a map keeps the place of a name, and the oldest must stand in front to be forgotten.
        replays.delete(replayId);
        replays.set(replayId, reservation);
      }
      return reservation;
    },
    findByReplay: (replayId) => replays.get(replayId),
    findByEntry: (auditId) => entered.get(auditId),
    listDoubtful: (before) => [...doubtful].filter(({ openTries, at }) => openTries === 0 && at < before),
    save(reservation) {
      if (reservation.state === "held" && reservation.tainted) doubtful.add(reservation);
      else doubtful.delete(reservation);
    },
    forgetReplays(before) {
      for (const [replayId, { at, openTries }] of replays) {
        if (at > before) break;
        if (openTries === 0) replays.delete(replayId);
      }
    },
  };
}
