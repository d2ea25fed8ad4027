import assert from "node:assert/strict";
import type {
  AuditDraft,
  AuditRecord,
  KeyPolicy,
  KeyRecord,
  KeyState,
  Ledger,
  Outcome,
  ReserveAnswer,
  ReserveRequest,
  Settlement,
} from "../ledger.ts";
import type { Price } from "../price.ts";

/** Makes an empty store of its own for one case. */
export interface CreateLedger {
  (clock: () => number): Ledger | Promise<Ledger>;
  /**
   * Of a store that outlives its process: drops one as a crash does, without `close`, and opens what it has left
   * behind.
   */
  reopen?(store: Ledger): Ledger | Promise<Ledger>;
}

/** One thing a store must do. `run` rejects with an `AssertionError` where it does not. */
export interface LedgerCase {
  name: string;
  run(createStore: CreateLedger): Promise<void>;
}

/** A case as it is written: it gets a bench with a store in it. */
export function storeCase(name: string, play: (bench: LedgerBench) => Promise<void>): LedgerCase {
  return {
    name,
    async run(createStore) {
      const bench = await createStoreBench(createStore);
      try {
        await play(bench);
      } finally {
        await bench.store.close();
      }
    },
  };
}

/** Noon, so that a case has half a day before the window turns. */
export const NOON = Date.UTC(2026, 0, 15, 12);
export const SECOND_MS = 1000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export const usd = (amount: number): number => amount * 1_000_000;
export const charge = (amount: number): Price => ({ kind: "amount", microUsd: usd(amount) });
export const FREE: Price = { kind: "free" };

export const EFFECT: Outcome = { kind: "effect", costMicroUsd: null };
export const REPLAYED: Outcome = { kind: "replayed", costMicroUsd: null };
export const REFUSED: Outcome = { kind: "refused" };
export const UNKNOWN: Outcome = { kind: "unknown" };

/** A store with a clock the case moves, and the few verbs that cases are made of. */
export interface LedgerBench {
  readonly store: Ledger;
  /** Lets the process die, and opens what it has left. */
  reopen(): Promise<void>;
  now: number;
  issue(policy?: Partial<KeyPolicy>, fields?: Partial<KeyRecord>): Promise<KeyRecord>;
  /** Reserves under a fresh attempt id, or under the one given. */
  reserve(
    key: KeyRecord,
    price: Price,
    options?: Partial<
      Pick<
        ReserveRequest,
        | "attemptId"
        | "replayId"
        | "objectId"
        | "partIds"
        | "boundId"
        | "readChanges"
        | "giveUpAfterMs"
        | "endpointBounds"
      >
    >,
  ): Promise<Try>;
  settle(attempt: Try | string, outcome: Outcome): Promise<Settlement>;
  state(key: KeyRecord): Promise<KeyState>;
  /** `[settled in all, held, held in doubt]` of a key, in micro-USD. */
  sums(key: KeyRecord): Promise<[number, number, number]>;
  audit(tenant?: string): Promise<AuditRecord[]>;
}

export interface Try {
  readonly id: string;
  readonly key: KeyRecord;
  readonly answer: ReserveAnswer;
}

async function createStoreBench(createStore: CreateLedger): Promise<LedgerBench> {
  let count = 0;
  const keysByTry = new Map<string, KeyRecord>();
  const bench: LedgerBench & { store: Ledger } = {
    now: NOON,
    store: await createStore(() => bench.now),

    async reopen() {
      assert.ok(createStore.reopen, "the store can be reopened");
      bench.store = await createStore.reopen(bench.store);
    },

    async issue(policy = {}, fields = {}) {
      const record = toRecord(++count, bench.now, policy, fields);
      assert.deepEqual(await bench.store.createKey(record), { status: "created" });
      return record;
    },

    async reserve(key, price, options = {}) {
      const { attemptId = `try_${++count}`, giveUpAfterMs = 100 * DAY_MS, ...rest } = options;
      keysByTry.set(attemptId, key);
      const answer = await bench.store.reserve({
        attemptId,
        keyId: key.id,
        price,
        ...rest,
        giveUpAfterMs,
        abandoned: toDraft(attemptId, key, bench.now),
      });
      return { id: attemptId, key, answer };
    },

    async settle(attempt, outcome) {
      const id = typeof attempt === "string" ? attempt : attempt.id;
      return bench.store.settle(id, outcome, toDraft(id, keysByTry.get(id), bench.now));
    },

    async state(key) {
      const state = await bench.store.getKey(key.tenant, key.id);
      assert.ok(state, "the key is there");
      return state;
    },

    async sums(key) {
      const { spend } = await bench.state(key);
      return [spend.totalMicroUsd, spend.heldMicroUsd, spend.unknownMicroUsd];
    },

    async audit(tenant = "acme") {
      return (await bench.store.listAudit(tenant, {}, { limit: 100 })).items;
    },
  };
  return bench;
}

/** A key of a case; what it leaves out is the least restrictive. */
export function toRecord(
  count: number,
  now: number,
  policy: Partial<KeyPolicy>,
  fields: Partial<KeyRecord> = {},
): KeyRecord {
  return {
    id: `key_${count}`,
    tenant: "acme",
    parentId: null,
    tokenHash: `hash_${count}`,
    label: `agent-${count}`,
    vendor: "stripe",
    mode: "live",
    policy: {
      budgets: [],
      shadow: false,
      accounts: [],
      allowRecurring: false,
      injectIdempotency: false,
      within: [],
      metadata: {},
      ...policy,
    },
    createdAt: now,
    expiresAt: now + 10 * DAY_MS,
    maxExpiresAt: now + 20 * DAY_MS,
    revokedAt: null,
    frozen: false,
    changes: 0,
    ...fields,
  };
}

/** The entry of a try, as the pipeline would draft it. */
function toDraft(attemptId: string, key: KeyRecord | undefined, at: number): AuditDraft {
  return {
    id: `aud_${attemptId}`,
    requestId: attemptId,
    at,
    tenant: key?.tenant ?? null,
    keyId: key?.id ?? null,
    label: key?.label ?? null,
    vendor: key?.vendor ?? "stripe",
    mode: key?.mode ?? null,
    method: "POST",
    path: "/v1/charges",
    decision: "allowed",
    code: null,
    wouldRefuse: null,
    status: 200,
    budgets: key?.policy.budgets ?? [],
    metadata: {},
    vendorRequestId: null,
    durationMs: 1,
  };
}

/** The amount a try was admitted with. */
export function reserved({ answer }: Try): number {
  assert.ok(answer.admitted, "the try is admitted");
  return answer.reservedMicroUsd;
}

/** The code and the limit a try was refused with. */
export function refusal({ answer }: Try): { code: string; limit?: string; retryAfterSeconds?: number } {
  assert.ok(!answer.admitted, "the try is refused");
  const { code, limit, retryAfterSeconds } = answer.refusal;
  return {
    code,
    ...(limit === undefined ? {} : { limit }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}
