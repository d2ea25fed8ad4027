import { fitCall, getRemaining, refuseCarving, toShare } from "../money/limits.ts";
import { toUtcDay } from "../money/window.ts";
import {
  type Attempt,
  countCall,
  createKeyEntry,
  getKeySpend,
  getStatus,
  type KeyEntry,
  listAncestors,
  listFamily,
} from "./key-entry.ts";
import { MemoryAudit } from "./memory-audit.ts";
import {
  correct,
  type Exposure,
  endTry,
  type Reservation,
  type Share,
  spendHold,
  toExposure,
} from "./reservation.ts";
import { createAccount, type SpendAccount } from "./spend-account.ts";
import type {
  AuditDraft,
  AuditNote,
  BudgetSettings,
  BudgetState,
  IssueReplay,
  KeyFilter,
  KeyRecord,
  KeyState,
  LimitRefusal,
  Outcome,
  PageOf,
  PageRequest,
  ReserveAnswer,
  ReserveRequest,
  RevocationReceipt,
  Settlement,
  Store,
} from "./store.ts";

const DAY_MS = 86_400_000;
// Below the shortest window of any vendor (24 h), so that what shares a reservation is a replay for the vendor too.
const REPLAY_WINDOW_MS = 23 * 3_600_000;
// From the first try of a call until the vendor has surely forgotten the last one that shared its reservation.
const REPLAY_KEPT_MS = 2 * DAY_MS;
// How long a try that is over can still be asked for again.
const ATTEMPT_KEPT_MS = 600_000;

interface BudgetEntry extends BudgetSettings {
  name: string;
  account: SpendAccount;
}

/**
 * The ledger in this process's memory: for development, tests and the demo. Everything is gone when the process
 * ends, and other processes do not see it.
 *
 * @param clock ms since the epoch
 */
export function createMemoryStore(clock: () => number = Date.now): Store {
  const keys = new Map<string, KeyEntry>();
  const idsByTokenHash = new Map<string, string>();
  const issued = new Map<string, IssueReplay & { id: string; at: number }>();
  const budgets = new Map<string, Map<string, BudgetEntry>>();
  const receipts = new Map<string, RevocationReceipt>();
  const attempts = new Map<string, Attempt>();
  const replays = new Map<string, Reservation>();
  const exposures = new Map<string, Pick<Exposure, "microUsd" | "told">>();
  /** The reservations behind audit entries, for costs that become known later. */
  const entered = new Map<string, Reservation>();
  const audit = new MemoryAudit();

  function getBudgetEntry(tenant: string, name: string): BudgetEntry {
    const ofTenant = budgets.get(tenant) ?? new Map<string, BudgetEntry>();
    budgets.set(tenant, ofTenant);
    const found = ofTenant.get(name);
    if (found) return found;
    const created = {
      name,
      dailyCapMicroUsd: null,
      totalCapMicroUsd: null,
      frozen: false,
      account: createAccount(),
    };
    ofTenant.set(name, created);
    return created;
  }

  function toBudgetState({ account, ...settings }: BudgetEntry, objectId?: string): BudgetState {
    return { ...settings, spend: account.getSpend(toUtcDay(clock()), objectId) };
  }

  function toKeyState(entry: KeyEntry, objectId?: string): KeyState {
    const { record, calls, recentCalls } = entry;
    const spend = getKeySpend(entry, toUtcDay(clock()), clock(), objectId);
    const states = record.policy.budgets.map((name) =>
      toBudgetState(getBudgetEntry(record.tenant, name), objectId),
    );
    return { record, spend, calls, recentCalls, budgets: states, ancestors: listAncestors(entry) };
  }

  function findOwn(tenant: string, id: string): KeyEntry | undefined {
    const entry = keys.get(id);
    return entry?.record.tenant === tenant ? entry : undefined;
  }

  function matches(record: KeyRecord, filter: KeyFilter): boolean {
    return (
      (filter.status === undefined || getStatus(record, clock()) === filter.status) &&
      (filter.vendor === undefined || record.vendor === filter.vendor) &&
      (filter.labelPrefix === undefined || record.label.startsWith(filter.labelPrefix)) &&
      (filter.budget === undefined || record.policy.budgets.includes(filter.budget))
    );
  }

  function refuseChild(parent: KeyEntry, { policy }: KeyRecord): LimitRefusal | undefined {
    const state = toKeyState(parent);
    const status = getStatus(parent.record, clock());
    if (status !== "active") return { code: status === "revoked" ? "key_revoked" : "key_expired" };
    return refuseCarving(state, policy.totalCapMicroUsd ?? 0, clock());
  }

  /** The reservation of an earlier try of the same call, while the vendor still takes both for one. */
  function findShared({ replayId, price }: ReserveRequest): Reservation | undefined {
    const found = replayId === undefined ? undefined : replays.get(replayId);
    if (!found || found.state === "released" || found.at <= clock() - REPLAY_WINDOW_MS) return undefined;
    // What the first try set aside is too little where the object of the call has grown since.
    const outgrown =
      found.state === "held" && price.kind === "amount" && price.microUsd > found.wholeMicroUsd;
    return found.closed || found.follows || outgrown ? undefined : found;
  }

  /** Whether the vendor may still take a call for one that an older reservation was for. */
  function followsAnother({ replayId }: ReserveRequest): boolean {
    const found = replayId === undefined ? undefined : replays.get(replayId);
    if (!found || found.at <= clock() - REPLAY_KEPT_MS) return false;
    return found.follows || (found.state !== "released" && found.at <= clock() - REPLAY_WINDOW_MS);
  }

  /** What an object stands for is never taken for less than somebody was told, or may have done. */
  function expose(tenant: string, { objectId, microUsd, told }: Exposure): void {
    const id = `${tenant} ${objectId}`;
    const known = exposures.get(id) ?? { microUsd: 0, told: false };
    exposures.set(id, { microUsd: Math.max(microUsd, known.microUsd), told: told || known.told });
  }

  function admit(request: ReserveRequest, key: KeyEntry, wholeMicroUsd: number): Reservation {
    const { record, account } = key;
    const now = clock();
    countCall(key, now);
    const shared = findShared(request);
    if (shared) return shared;
    const { objectId } = request;
    const toOwnShare = (scope: SpendAccount): Share => ({
      account: scope,
      heldMicroUsd: toShare(wholeMicroUsd, objectId === undefined ? 0 : scope.getExposure(objectId)),
      spentMicroUsd: 0,
    });
    const reservation: Reservation = {
      shares: [
        toOwnShare(account),
        ...record.policy.budgets.map((name) => toOwnShare(getBudgetEntry(record.tenant, name).account)),
      ],
      day: toUtcDay(now),
      wholeMicroUsd,
      objectId,
      spends: request.price.kind !== "free",
      state: "held",
      openTries: 0,
      tainted: false,
      closed: false,
      awaitsOriginal: false,
      follows: followsAnother(request),
      at: now,
      entries: [],
    };
    for (const share of reservation.shares) share.account.hold(reservation.day, share.heldMicroUsd);
    if (request.replayId !== undefined) {
      // Deleted first: a map keeps the place of a name, and the oldest must stand in front to be forgotten.
      replays.delete(request.replayId);
      replays.set(request.replayId, reservation);
    }
    return reservation;
  }

  /** Once a call is settled, the entries of its doubtful tries need no longer be looked at: one entry has the cost. */
  function closeEntries(reservation: Reservation, costsStandIn: string): void {
    if (reservation.state !== "settled") return;
    for (const id of reservation.entries) {
      const record = audit.find(id);
      if (id !== costsStandIn && record?.outcome === "unknown") {
        audit.replace({ ...record, outcome: "settled", costMicroUsd: 0 });
      }
    }
  }

  function end(attemptId: string, attempt: Attempt, outcome: Outcome, draft: AuditDraft): Settlement {
    const { key, reservation, givenUp = false } = attempt;
    if (givenUp) reservation.openTries++;
    const ended = endTry(reservation, outcome);
    key.open.delete(attemptId);
    const settlement: Settlement = {
      ...ended,
      reservedMicroUsd: reservation.shares[0].heldMicroUsd,
      remainingMicroUsd: getRemaining(toKeyState(key), clock()),
    };
    attempt.settlement = settlement;
    attempt.givenUp = false;
    const exposed = toExposure(reservation, outcome);
    if (exposed) expose(key.record.tenant, exposed);
    if (givenUp) audit.replace(toRecord(draft, settlement));
    else audit.append(toRecord(draft, settlement));
    if (reservation.spends && !givenUp) {
      entered.set(draft.id, reservation);
      reservation.entries.push(draft.id);
    }
    closeEntries(reservation, draft.id);
    return settlement;
  }

  /** Drops what nobody can ask for any more. Both maps are in the order of time. */
  function forget(): void {
    for (const [replayId, { at, openTries }] of replays) {
      if (at > clock() - REPLAY_KEPT_MS) break;
      if (openTries === 0) replays.delete(replayId);
    }
    for (const [attemptId, { at, settlement, givenUp, reservation }] of attempts) {
      if (at > clock() - ATTEMPT_KEPT_MS) break;
      if (settlement && !(givenUp && reservation.state === "held")) attempts.delete(attemptId);
    }
  }

  return {
    async createKey(record, replay) {
      const before = replay && issued.get(replay.key);
      if (replay && before && before.at > clock() - DAY_MS) {
        if (before.requestHash !== replay.requestHash) return { status: "conflict" };
        const entry = keys.get(before.id);
        if (entry) return { status: "replayed", record: entry.record, salt: before.salt };
      }
      const parent = record.parentId === null ? undefined : findOwn(record.tenant, record.parentId);
      const refusal = parent && refuseChild(parent, record);
      if (refusal) return { status: "no_room", refusal };
      keys.set(record.id, createKeyEntry(record, parent));
      idsByTokenHash.set(record.tokenHash, record.id);
      for (const name of record.policy.budgets) getBudgetEntry(record.tenant, name);
      if (replay) issued.set(replay.key, { ...replay, id: record.id, at: clock() });
      return { status: "created" };
    },

    async findKey(tokenHash) {
      const id = idsByTokenHash.get(tokenHash);
      return id === undefined ? undefined : keys.get(id)?.record;
    },

    async getKey(tenant, id) {
      const entry = findOwn(tenant, id);
      return entry && toKeyState(entry);
    },

    async listKeys(tenant, filter, page) {
      const newestFirst = [...keys.values()].map(({ record }) => record).reverse();
      return toPage(
        newestFirst.filter((record) => record.tenant === tenant && matches(record, filter)),
        page,
        ({ id }) => id,
      );
    },

    async extendKey(tenant, id, expiresAt) {
      const entry = findOwn(tenant, id);
      if (!entry || getStatus(entry.record, clock()) !== "active") return entry?.record;
      entry.record = { ...entry.record, expiresAt: Math.min(expiresAt, entry.record.maxExpiresAt) };
      return entry.record;
    },

    async revokeKeys(tenant, filter) {
      const found = "id" in filter ? [findOwn(tenant, filter.id)] : [...keys.values()];
      const revoked: string[] = [];
      for (const entry of found) {
        if (entry?.record.tenant !== tenant || entry.record.revokedAt !== null) continue;
        if (!("id" in filter) && !matches(entry.record, { ...filter, status: "active" })) continue;
        for (const member of listFamily(entry)) {
          if (member.record.revokedAt !== null) continue;
          member.record = { ...member.record, revokedAt: clock() };
          revoked.push(member.record.id);
        }
      }
      return revoked;
    },

    async listInFlight(tenant, keyId) {
      const open = findOwn(tenant, keyId)?.open ?? new Map<string, Attempt>();
      const counted = new Set<Reservation>();
      return [...open].map(([attemptId, { reservation }]) => {
        const holds = reservation.state === "held" && !counted.has(reservation);
        counted.add(reservation);
        return { attemptId, heldMicroUsd: holds ? reservation.shares[0].heldMicroUsd : 0 };
      });
    },

    async keepReceipt(tenant, keyId, receipt) {
      const id = `${tenant} ${keyId}`;
      const kept = receipts.get(id) ?? receipt;
      receipts.set(id, kept);
      return kept;
    },

    getReceipt: async (tenant, keyId) => receipts.get(`${tenant} ${keyId}`),

    async getBudget(tenant, name) {
      const entry = budgets.get(tenant)?.get(name);
      return entry && toBudgetState(entry);
    },

    async listBudgets(tenant, page) {
      const byName = [...(budgets.get(tenant)?.values() ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
      return toPage(
        byName.map((budget) => toBudgetState(budget)),
        page,
        ({ name }) => name,
      );
    },

    async putBudget(tenant, name, update) {
      return toBudgetState(Object.assign(getBudgetEntry(tenant, name), update));
    },

    async reserve(request) {
      const repeated = attempts.get(request.attemptId);
      if (repeated) return repeated.answer;
      forget();
      const key = keys.get(request.keyId);
      if (!key) throw new Error(`no key ${request.keyId}`);
      const state = toKeyState(key, request.objectId);
      const shared = findShared(request);
      const fit = fitCall(state, request.price, clock(), shared !== undefined);
      const cannotShadow = fit.refusal?.code === "key_revoked" || fit.refusal?.code === "key_expired";
      if (fit.refusal && (cannotShadow || !key.record.policy.shadow)) {
        return { admitted: false, refusal: fit.refusal, remainingMicroUsd: getRemaining(state, clock()) };
      }
      const reservation = admit(request, key, fit.wholeMicroUsd);
      reservation.openTries++;
      const answer: ReserveAnswer = {
        admitted: true,
        reservedMicroUsd: reservation.shares[0].heldMicroUsd,
        remainingMicroUsd: getRemaining(toKeyState(key), clock()),
        wouldRefuse: fit.refusal?.code ?? null,
      };
      const { giveUpAfterMs, abandoned } = request;
      const at = clock();
      const attempt: Attempt = { key, reservation, answer, at, deadline: at + giveUpAfterMs, abandoned };
      attempts.set(request.attemptId, attempt);
      key.open.set(request.attemptId, attempt);
      return answer;
    },

    async settle(attemptId, outcome, draft) {
      const attempt = attempts.get(attemptId);
      if (!attempt) throw new Error(`no try ${attemptId}`);
      const { settlement, givenUp, reservation } = attempt;
      if (settlement && !(givenUp && reservation.state === "held")) return settlement;
      return end(attemptId, attempt, outcome, draft);
    },

    async endOverdue() {
      const overdue = [...attempts].filter(
        ([, { settlement, deadline }]) => settlement === undefined && deadline <= clock(),
      );
      for (const [attemptId, attempt] of overdue) {
        const { abandoned } = attempt;
        const draft = { ...abandoned, durationMs: clock() - abandoned.at };
        end(attemptId, attempt, { kind: "unknown" }, draft);
        attempt.givenUp = true;
      }
      return overdue.length;
    },

    async resettle(tenant, auditId, costMicroUsd, note) {
      const record = audit.get(tenant, auditId);
      const reservation = entered.get(auditId);
      if (!record || reservation?.state === "released" || !reservation) return undefined;
      // What is true now may be wrong in a moment, while another try of the same call is still out.
      if (reservation.state === "held" && reservation.openTries > 0) return undefined;
      const isOver = correct(reservation, record.costMicroUsd ?? 0, costMicroUsd);
      closeEntries(reservation, auditId);
      const kept = record.notes.filter(
        (other) => other !== note && other !== "estimate" && other !== "overage",
      );
      const over: AuditNote[] = isOver ? ["overage"] : [];
      const notes = [...kept, ...over, note];
      return audit.replace({ ...record, outcome: "settled", costMicroUsd, notes });
    },

    async spendUnknown(before) {
      const overdue = new Set(
        [...entered.values()].filter(
          ({ state, tainted, openTries, at }) =>
            state === "held" && tainted && openTries === 0 && at < before,
        ),
      );
      for (const reservation of overdue) {
        spendHold(reservation);
        const record = audit.find(reservation.entries[0] ?? "");
        if (!record) continue;
        audit.replace({ ...record, outcome: "settled", costMicroUsd: reservation.shares[0].spentMicroUsd });
        closeEntries(reservation, record.id);
      }
      return overdue.size;
    },

    async getExposure(tenant, objectId) {
      const known = exposures.get(`${tenant} ${objectId}`);
      // By doubtful calls alone too little is known of an object: it must be looked up.
      return known?.told ? known.microUsd : undefined;
    },

    appendAudit: async (record) => audit.append(record),
    listAudit: async (tenant, filter, page) => audit.list(tenant, filter, page),
    listAuditAfter: async (tenant, filter, page) => audit.listAfter(tenant, filter, page),
    getNewestAuditId: async (tenant) => audit.getNewestId(tenant),
    onAudit: (listener) => audit.onAppend(listener),
    // A ledger in memory has no other process.
    onRevoke: () => () => {},
    now: clock,
    ping: async () => {},
    close: async () => {},
  };
}

function toRecord(draft: AuditDraft, settlement: Settlement): Parameters<MemoryAudit["append"]>[0] {
  const { outcome, reservedMicroUsd, costMicroUsd, notes } = settlement;
  return { ...draft, outcome, reservedMicroUsd, costMicroUsd, notes };
}

function toPage<Item>(
  items: Item[],
  { limit, startingAfter }: PageRequest,
  toId: (item: Item) => string,
): PageOf<Item> {
  const start = startingAfter === undefined ? 0 : items.findIndex((item) => toId(item) === startingAfter) + 1;
  return { items: items.slice(start, start + limit), hasMore: items.length > start + limit };
}
