import type { KeyRecord, KeyState, LimitRefusal, ReserveRequest } from "../ledger.ts";
import type { Price } from "../price.ts";
import { REPLAY_KEPT_MS, REPLAY_WINDOW_MS } from "./constants.ts";
import { countCall, getBudget, hasChanged, toKeyState } from "./key-state.ts";
import { fitCall, getRemaining, toShare } from "./limits.ts";
import type { OperationsNamed } from "./operations-named.ts";
import type { Reservation, Share } from "./reservation.ts";
import { getCounted, type SpendAccount } from "./spend-account.ts";
import type { KeyRow, Tables } from "./tables.ts";
import { toUtcDay } from "./window.ts";

/** What refuses the calls of a shadow key, too. */
const BINDS_SHADOW_KEYS: ReadonlySet<LimitRefusal["code"]> = new Set([
  "key_revoked",
  "key_expired",
  "budget_frozen",
  "key_frozen",
]);

const NO_ENTRIES: readonly string[] = [];

/** The verb that sets room aside. */
export function createReserveOperations(tables: Tables, clock: () => number): OperationsNamed<"reserve"> {
  const { keys, objects, reservations, tries } = tables;

  /** The price, with what a call at the same place was told to cost. */
  function recall({ price, boundId }: ReserveRequest, tenant: string): Price {
    const told = boundId === undefined ? undefined : objects.find(tenant, boundId);
    return told && price.kind === "unpriced" ? { ...price, toldMicroUsd: told.microUsd } : price;
  }

  function setAside(
    { price, objectId, partIds, replayId }: ReserveRequest,
    { record, account }: KeyRow,
    wholeMicroUsd: number,
    earlier: Reservation | undefined,
  ): Reservation {
    const now = clock();
    const day = toUtcDay(now);
    const toOwnShare = (scope: SpendAccount): Share => ({
      account: scope,
      heldMicroUsd: toShare(wholeMicroUsd, getCounted(scope, { objectId, partIds })),
      spentMicroUsd: 0,
    });
    const shares: Reservation["shares"] = [
      toOwnShare(account),
      ...record.policy.budgets.map((name) => toOwnShare(getBudget(tables, record.tenant, name).account)),
    ];
    for (const share of shares) share.account.hold(day, share.heldMicroUsd);
    const draft = {
      shares,
      day,
      wholeMicroUsd,
      objectId,
      spends: price.kind !== "free",
      state: "held" as const,
      openTries: 1,
      tainted: false,
      closed: false,
      awaitsOriginal: false,
      follows: isFollowed(earlier, now),
      at: now,
      entries: NO_ENTRIES,
    };
    return reservations.insert(draft, replayId);
  }

  /** Takes part in the reservation of an earlier try. */
  function join(reservation: Reservation): Reservation {
    reservation.openTries++;
    reservations.save(reservation);
    return reservation;
  }

  return {
    reserve(request) {
      const repeated = tries.find(request.attemptId);
      if (repeated) return repeated.answer;
      const { attemptId, keyId, price, replayId, readChanges, giveUpAfterMs, abandoned } = request;
      const key = keys.find(keyId);
      if (!key) throw new Error(`no key ${keyId}`);
      const now = clock();
      const state = withBounds(toKeyState(tables, key, now, request), request.endpointBounds);
      if (hasChanged(state, readChanges))
        return { admitted: false, refusal: { code: "key_changed" }, remainingMicroUsd: null };
      const earlier = replayId === undefined ? undefined : reservations.findByReplay(replayId);
      const shared = earlier && isShared(earlier, price, now) ? earlier : undefined;
      const fit = fitCall(state, recall(request, key.record.tenant), now, shared !== undefined);
      if (fit.refusal && (!key.record.policy.shadow || BINDS_SHADOW_KEYS.has(fit.refusal.code)))
        return { admitted: false, refusal: fit.refusal, remainingMicroUsd: getRemaining(state) };
      countCall(tables, key, now);
      const reservation = shared ? join(shared) : setAside(request, key, fit.wholeMicroUsd, earlier);
      const answer = {
        admitted: true as const,
        reservedMicroUsd: reservation.shares[0].heldMicroUsd,
        remainingMicroUsd: getRemaining(toKeyState(tables, key, now)),
        wouldRefuse: fit.refusal?.code ?? null,
      };
      const deadline = now + giveUpAfterMs;
      tries.insert({
        id: attemptId,
        keyId,
        reservation,
        answer,
        at: now,
        deadline,
        abandoned,
        givenUp: false,
      });
      return answer;
    },
  };
}

/** A key and those above it, as they bind a call whose endpoint has bounds of its own. */
function withBounds(state: KeyState, bounds: ReserveRequest["endpointBounds"]): KeyState {
  if (bounds === undefined) return state;
  const [own = null, ...above] = bounds;
  return {
    ...state,
    record: withBound(state.record, own),
    ancestors: state.ancestors.map((key, index) => ({
      ...key,
      record: withBound(key.record, above[index] ?? null),
    })),
  };
}

function withBound(record: KeyRecord, maxMicroUsdPerCall: number | null): KeyRecord {
  if (maxMicroUsdPerCall === null) return record;
  return { ...record, policy: { ...record.policy, maxMicroUsdPerCall } };
}

/** Whether a call shares the reservation of an earlier try: while the vendor still takes both for one. */
function isShared(earlier: Reservation, price: Price, now: number): boolean {
  const { state, at, wholeMicroUsd, closed, follows } = earlier;
  if (state === "released" || at <= now - REPLAY_WINDOW_MS) return false;
  // What the first try was for is too little where the object of the call has grown since: if that try came to
  // nothing, also where it was taken for spent, the vendor does the whole at the next.
  const outgrown = price.kind === "amount" && price.microUsd > wholeMicroUsd;
  return !(closed || follows || outgrown);
}

/** Whether the vendor may still take a call for one that an older reservation was for. */
function isFollowed(earlier: Reservation | undefined, now: number): boolean {
  if (!earlier || earlier.at <= now - REPLAY_KEPT_MS) return false;
  return earlier.follows || (earlier.state !== "released" && earlier.at <= now - REPLAY_WINDOW_MS);
}
