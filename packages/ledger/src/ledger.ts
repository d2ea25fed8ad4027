import type { AuditDraft, AuditFilter, AuditNote, AuditRecord } from "./entry.ts";
import type { FreezeAnswer, FreezeRecord, KeyScope } from "./freeze.ts";
import type {
  BudgetSettings,
  BudgetState,
  ChangeKeyAnswer,
  KeyChanges,
  KeyFilter,
  KeyRecord,
  KeyState,
  RevocationReceipt,
} from "./key.ts";
import type { Price } from "./price.ts";
import type { KeyChanged, LimitRefusal } from "./refusal.ts";

export type * from "./entry.ts";
export type * from "./key.ts";
export type * from "./refusal.ts";

/** A call that asks for room. */
export interface ReserveRequest {
  /** Unique to this try. Reserving twice under one id changes nothing. */
  attemptId: string;
  keyId: string;
  /** `changes` of the key as `findKey` told it, when the caller judged what the ledger does not, such as endpoints. Left out: whatever it is now. */
  readChanges?: number;
  price: Price;
  /** The vendor's object that the price is the whole exposure of; what each scope has counted of it is not counted again. */
  objectId?: string;
  /** The objects that it is made of: what an account has counted of them, it does not count again. */
  partIds?: readonly string[];
  /**
   * The bound of the endpoint, in place of `maxMicroUsdPerCall`: of the key and of each key above it, nearest first.
   * `null` where a key has none for the endpoint. Left out: no key has one.
   */
  endpointBounds?: (number | null)[];
  /** Where an operator's bound is reserved: a bound below what a call there was told to cost is refused. */
  boundId?: string;
  /** The same for tries that the vendor takes for one: they share one reservation. */
  replayId?: string;
  /** How long the try may take. After it, whoever made it is taken for dead, and `endOverdue` ends the try. */
  giveUpAfterMs: number;
  /** The entry of a try that nobody ended. Its tenant is that of the key. */
  abandoned: AuditDraft;
}

export type ReserveAnswer =
  | {
      admitted: true;
      /** What this call may cost: its own reservation, or the shared one of its replay. */
      reservedMicroUsd: number;
      remainingMicroUsd: number | null;
      /** For a shadow key: the code that would have refused the call. */
      wouldRefuse: string | null;
    }
  | { admitted: false; refusal: LimitRefusal | KeyChanged; remainingMicroUsd: number | null };

/** What an effect cost. With an `objectId`, the amount is the whole exposure of that object after the call. */
export interface Effect {
  costMicroUsd: number | null;
  objectId?: string;
  /** The objects that it is made of. */
  partIds?: readonly string[];
  /** Where an operator's bound was reserved. If the cost is more, the tenant's ledger keeps the highest for that place. */
  boundId?: string;
}

/**
 * What is known about a try when it is over:
 * `effect` the vendor did it, for `costMicroUsd`, or for what was reserved where the answer does not tell (null) · `replayed` the vendor says it had done it before ·
 * `refused` a definite refusal · `never_sent` no byte left · `unknown` nobody can tell.
 */
export type Outcome =
  | ({ kind: "effect" | "replayed" } & Effect)
  | { kind: "refused" }
  | { kind: "never_sent" }
  | { kind: "unknown" };

/** What became of the money of a call. */
export interface Settlement {
  outcome: AuditRecord["outcome"];
  reservedMicroUsd: number;
  costMicroUsd: number | null;
  remainingMicroUsd: number | null;
  notes: AuditNote[];
}

export interface PageRequest {
  limit: number;
  startingAfter?: string;
}

export interface PageOf<Item> {
  items: Item[];
  hasMore: boolean;
}

/** The memory of an `Idempotency-Key` on issue: who asked for what, and the salt its token is derived from. */
export interface IssueReplay {
  key: string;
  requestHash: string;
  salt: string;
}

/** At once where the ledger is in this process, later where it is not. Only a promise need be waited for. */
export type MaybePromise<Answer> = Answer | Promise<Answer>;

/**
 * The ledger. Every verb is atomic: it happens whole or not at all, whatever runs beside it. The verbs that
 * change money are idempotent by their ids, so that a caller who got no answer may ask again. A store that can't
 * answer rejects, and nothing is forwarded. Ids of another tenant are as good as absent.
 */
export interface Ledger {
  /**
   * Stores a key, and its unknown budgets uncapped. A carved key's total cap is set aside in its parent in the same
   * step; what it leaves unspent is the parent's again when it ends. The same replay key gives the first record
   * back.
   */
  createKey(
    record: KeyRecord,
    replay?: IssueReplay,
  ): MaybePromise<
    | { status: "created" }
    | { status: "replayed"; record: KeyRecord; salt: string }
    | { status: "conflict" }
    | { status: "no_room"; refusal: LimitRefusal }
  >;
  /** The key of a token, as it and the keys above it bind its calls now: their allowlists, `frozen`, freezes, and all their changes. */
  findKey(tokenHash: string): MaybePromise<KeyRecord | undefined>;
  getKey(tenant: string, id: string): MaybePromise<KeyState | undefined>;
  listKeys(tenant: string, filter: KeyFilter, page: PageRequest): MaybePromise<PageOf<KeyRecord>>;
  /** Moves the end of an active key; never past its `maxExpiresAt`. */
  extendKey(tenant: string, id: string, expiresAt: number): MaybePromise<KeyRecord | undefined>;
  /**
   * Changes the limits of an active key, in force for the next reservation anywhere. What is a raise is judged against
   * the key as it is in this step, and a body that holds one that is not allowed changes nothing.
   */
  changeKey(
    tenant: string,
    id: string,
    changes: KeyChanges,
    rights: { mayRaise: boolean; requireCap: boolean },
  ): MaybePromise<ChangeKeyAnswer | undefined>;
  /** Revokes keys, and those carved from them; when it resolves, no later `reserve` admits them. Gives the ids of those that matched and were active. */
  revokeKeys(tenant: string, filter: { id: string } | KeyScope): MaybePromise<string[]>;
  /** The tries of a key that are admitted and not over, oldest first, with what each holds; what several share counts for the oldest. */
  listInFlight(tenant: string, keyId: string): MaybePromise<{ attemptId: string; heldMicroUsd: number }[]>;
  /** Keeps what was at the vendor when a key was revoked. The first receipt stays, and is what comes back. */
  keepReceipt(tenant: string, keyId: string, receipt: RevocationReceipt): MaybePromise<RevocationReceipt>;
  getReceipt(tenant: string, keyId: string): MaybePromise<RevocationReceipt | undefined>;

  /**
   * From when it resolves until the freeze is lifted, no `reserve` admits a call of a key that matches, or of one carved
   * from it. Asked again under its id, it sets nothing and counts anew. At most 100 per tenant.
   */
  freeze(record: FreezeRecord): MaybePromise<FreezeAnswer>;
  /** Oldest first. */
  listFreezes(tenant: string): MaybePromise<FreezeRecord[]>;
  /** Gives the freeze that was lifted. */
  liftFreeze(tenant: string, id: string): MaybePromise<FreezeRecord | undefined>;

  getBudget(tenant: string, name: string): MaybePromise<BudgetState | undefined>;
  listBudgets(tenant: string, page: PageRequest): MaybePromise<PageOf<BudgetState>>;
  putBudget(tenant: string, name: string, update: Partial<BudgetSettings>): MaybePromise<BudgetState>;

  /** One step over the key's state, caps, call count and all its budgets: all or nothing. */
  reserve(request: ReserveRequest): MaybePromise<ReserveAnswer>;
  /**
   * Ends a try, and appends its audit entry in the same step. Ended again, it stays as it is and gives the same
   * settlement, but for a try that was given up: its true end, however late, still settles what is held for it.
   * Rejects for a try that was never admitted.
   */
  settle(attemptId: string, outcome: Outcome, audit: AuditDraft): MaybePromise<Settlement>;
  /**
   * Writes the true cost of a call that was settled at an estimate or whose outcome was unknown, in the day of its
   * reservation, and corrects its entry. Settling to the same cost again changes nothing. `undefined` where there
   * is no such entry, it moved no money, or another try of the same unsettled call is still out.
   */
  resettle(
    tenant: string,
    auditId: string,
    costMicroUsd: number,
    note: AuditNote,
  ): MaybePromise<AuditRecord | undefined>;
  /**
   * Ends as unknown the tries that are over their time, whichever process had made them, each with its entry, once.
   * Gives how many.
   */
  endOverdue(): MaybePromise<number>;
  /** Turns holds that have been unknown since before a moment into spend, never into room. Gives how many. */
  spendUnknown(before: number): MaybePromise<number>;
  /** The most that a vendor's object may stand for, by what was settled or is in doubt, whoever caused it. */
  getExposure(tenant: string, objectId: string): MaybePromise<number | undefined>;

  /** Appends the entry of a call that reserved nothing. */
  appendAudit(record: AuditRecord): MaybePromise<void>;
  /** Newest first. */
  listAudit(tenant: string, filter: AuditFilter, page: PageRequest): MaybePromise<PageOf<AuditRecord>>;
  /** Oldest first, after an entry (or from the first): what a stream that was cut off has missed. */
  listAuditAfter(tenant: string, filter: AuditFilter, page: PageRequest): MaybePromise<PageOf<AuditRecord>>;
  /** The id of the newest entry of a tenant. */
  getNewestAuditId(tenant: string): MaybePromise<string | undefined>;
  /** Calls back after entries were appended. The returned function ends it. */
  onAudit(listener: () => void): () => void;

  /** Calls back with the ids of keys that another process has revoked. The returned function ends it. */
  onRevoke(listener: (keyIds: string[]) => void): () => void;

  /** The ledger's clock, in ms since the epoch: all who share the ledger go by it, whatever their own says. */
  now(): number;
  /** Rejects where the store can't serve. */
  ping(): MaybePromise<void>;
  close(): Promise<void>;
}
