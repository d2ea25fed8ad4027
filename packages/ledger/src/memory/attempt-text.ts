import type { Reservation } from "../decide/reservation.ts";
import type { SpendAccount } from "../decide/spend-account.ts";
import type { TryRow } from "../decide/tables.ts";

/** What an entry says of its attempt, for whoever asks again or corrects the cost later. */
export type AttemptText = readonly [
  /** What remained when the call was admitted, in micro-USD. */
  admittedMicroUsd: number | null,
  /** What remained when it was settled. */
  settledMicroUsd: number | null,
  reservationId: number,
  /** Null while the reservation may still change: then it is an object elsewhere. */
  reservation: ReservationText | null,
  replayId: string | null,
];

const STATES = ["held", "settled", "released"] as const;

type ReservationText = readonly [
  day: number,
  wholeMicroUsd: number,
  objectId: string | null,
  state: number,
  /** `spends`, `tainted`, `closed`, `awaitsOriginal`, `follows`: a bit each. */
  flags: number,
  at: number,
  entries: readonly string[],
  /** Three numbers a share: the account, what was held and what was spent. */
  ...shares: number[],
];

/** @param isFinal whether the reservation is written too, and need not be kept as an object */
export function toAttemptText(
  { reservation, answer, settlement }: TryRow,
  replayId: string | undefined,
  isFinal: boolean,
): AttemptText {
  return [
    answer.remainingMicroUsd,
    settlement?.remainingMicroUsd ?? null,
    reservation.id,
    isFinal ? toReservationText(reservation) : null,
    replayId ?? null,
  ];
}

function toReservationText(reservation: Reservation): ReservationText {
  const { day, wholeMicroUsd, objectId, state, at, entries, shares } = reservation;
  const { spends, tainted, closed, awaitsOriginal, follows } = reservation;
  const flags =
    Number(spends) |
    (Number(tainted) << 1) |
    (Number(closed) << 2) |
    (Number(awaitsOriginal) << 3) |
    (Number(follows) << 4);
  const numbers: number[] = [];
  for (const { account, heldMicroUsd, spentMicroUsd } of shares)
    numbers.push(account.id, heldMicroUsd, spentMicroUsd);
  return [day, wholeMicroUsd, objectId ?? null, STATES.indexOf(state), flags, at, entries, ...numbers];
}

/** The reservation of an entry, as an object of its own. */
export function toReservation(
  [, , reservationId, reservation]: AttemptText,
  getAccount: (id: number) => SpendAccount,
): Reservation | undefined {
  if (!reservation) return undefined;
  const [day, wholeMicroUsd, objectId, state, flags, at, entries, ...numbers] = reservation;
  const shares: Reservation["shares"][number][] = [];
  for (let index = 0; index < numbers.length; index += 3) {
    const [account = 0, heldMicroUsd = 0, spentMicroUsd = 0] = numbers.slice(index, index + 3);
    shares.push({ account: getAccount(account), heldMicroUsd, spentMicroUsd });
  }
  return {
    id: reservationId,
    shares: shares as Reservation["shares"],
    day,
    wholeMicroUsd,
    objectId: objectId ?? undefined,
    spends: (flags & 1) !== 0,
    state: STATES[state] ?? "held",
    openTries: 0,
    tainted: (flags & 2) !== 0,
    closed: (flags & 4) !== 0,
    awaitsOriginal: (flags & 8) !== 0,
    follows: (flags & 16) !== 0,
    at,
    entries,
  };
}
