import type { Reservation } from "../decide/reservation.ts";
import type { ReservationTable, TryRow } from "../decide/tables.ts";
import type { AttemptText } from "./attempt-text.ts";
import type { Entry } from "./entry-text.ts";

/** Reservations that may still change, as objects. Those that are over stand in the text of their entry. */
export interface MemoryReservations extends ReservationTable {
  /**
   * Lets a reservation go whose attempt gets its entry, if nothing of it is open.
   *
   * @returns what the entry must hold: the reservation itself, and the replay id that finds it
   */
  leave(attempt: TryRow): { isFinal: boolean; replayId: string | undefined };
  /** The reservation of an entry; from now on it is an object again. */
  revive(entry: Entry): Reservation | undefined;
}

/**
 * @param findEntry the entry of an attempt, by its id or by the replay id of its call
 * @param toReservation makes an object of the reservation in an entry
 */
export function createMemoryReservations(
  findEntry: (by: { id: string } | { replayId: string }) => Entry | undefined,
  toReservation: (attempt: AttemptText) => Reservation | undefined,
): MemoryReservations {
  /** By the replay id that later attempts of the call find them by. */
  const replays = new Map<string, Reservation>();
  /** The replay ids of those without an entry, by the reservation. */
  const replayIds = new Map<number, string>();
  /** Those with an entry that may still change. */
  const entered = new Map<number, Reservation>();
  const doubtful = new Set<Reservation>();
  let count = 0;

  function revive({ attempt }: Entry): Reservation | undefined {
    if (!attempt) return undefined;
    const found = entered.get(attempt[2]) ?? toReservation(attempt);
    if (found) entered.set(found.id, found);
    return found;
  }

  return {
    insert(draft, replayId) {
      const reservation: Reservation = { id: ++count, ...draft };
      if (replayId !== undefined) {
        // Deleted first: a map keeps the place of a name, and the oldest must stand in front to be forgotten.
        replays.delete(replayId);
        replays.set(replayId, reservation);
        replayIds.set(reservation.id, replayId);
      }
      return reservation;
    },
    leave({ reservation }) {
      const { id, state, openTries } = reservation;
      const replayId = replayIds.get(id);
      replayIds.delete(id);
      const isFinal = openTries === 0 && state !== "held" && !entered.has(id);
      if (!isFinal) {
        entered.set(id, reservation);
        return { isFinal, replayId: undefined };
      }
      // Another reservation may have taken its place since.
      if (replayId === undefined || replays.get(replayId) !== reservation) {
        return { isFinal, replayId: undefined };
      }
      replays.delete(replayId);
      return { isFinal, replayId };
    },
    revive,
    findByReplay(replayId) {
      const found = replays.get(replayId);
      if (found) return found;
      const entry = findEntry({ replayId });
      const reservation = entry && revive(entry);
      if (reservation) replays.set(replayId, reservation);
      return reservation;
    },
    findByEntry(auditId) {
      const entry = findEntry({ id: auditId });
      const reservation = entry && revive(entry);
      return reservation?.spends ? reservation : undefined;
    },
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
