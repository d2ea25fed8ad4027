import type { FreezeRecord, KeyScope } from "../freeze.ts";
import type {
  AuditDraft,
  AuditFilter,
  AuditRecord,
  BudgetSettings,
  IssueReplay,
  KeyFilter,
  KeyRecord,
  PageOf,
  PageRequest,
  ReserveAnswer,
  RevocationReceipt,
  Settlement,
} from "../ledger.ts";
import type { Exposure, Reservation } from "./reservation.ts";
import type { SpendAccount } from "./spend-account.ts";

/**
 * What a ledger keeps, and nothing of what it decides. All of it is synchronous, so that a verb of the ledger runs
 * whole between two others. A row that was found and then changed is written back by `save`, and found only once
 * within a verb: two copies of one row would forget each other's changes.
 */
export interface Tables {
  keys: KeyTable;
  budgets: BudgetTable;
  tries: TryTable;
  reservations: ReservationTable;
  objects: ObjectTable;
  issues: IssueTable;
  freezes: FreezeTable;
  audit: AuditTable;
}

/** A key, with what its calls have come to. */
export interface KeyRow {
  record: KeyRecord;
  readonly account: SpendAccount;
  calls: number;
  recentCalls: number[];
  receipt?: RevocationReceipt;
}

export interface KeyTable {
  insert(record: KeyRecord): void;
  find(id: string): KeyRow | undefined;
  findByTokenHash(tokenHash: string): KeyRecord | undefined;
  /** The keys that were carved from one, nearest only. */
  listChildren(id: string): readonly KeyRow[];
  /** Newest first. */
  list(tenant: string, filter: KeyFilter, page: PageRequest, now: number): PageOf<KeyRecord>;
  /** The ids of all that are neither revoked nor expired, oldest first. */
  listActiveIds(tenant: string, filter: KeyScope, now: number): string[];
  /** Writes back what a call or the end of a key changes. */
  save(row: KeyRow): void;
  /** Writes back the policy, which calls never change. */
  saveChanges(row: KeyRow): void;
}

export interface BudgetRow extends BudgetSettings {
  readonly name: string;
  readonly account: SpendAccount;
}

export interface BudgetTable {
  find(tenant: string, name: string): BudgetRow | undefined;
  /** Makes an uncapped budget. */
  insert(tenant: string, name: string): BudgetRow;
  /** By name. */
  list(tenant: string, page: PageRequest): PageOf<BudgetRow>;
  save(tenant: string, row: BudgetRow): void;
}

/** A try of a call. It outlives its end for a while, so that whoever got no answer may ask again. */
export interface TryRow {
  readonly id: string;
  readonly keyId: string;
  readonly reservation: Reservation;
  readonly answer: Extract<ReserveAnswer, { admitted: true }>;
  readonly at: number;
  /** Past this moment, nobody is expected to end it any more. */
  readonly deadline: number;
  /** Its entry if nobody ends it; a store may let go of it once the attempt has ended. */
  readonly abandoned: AuditDraft | undefined;
  settlement?: Settlement;
  /** It ended because its time was over; what really became of it may still be told. */
  givenUp: boolean;
}

export interface TryTable {
  insert(row: TryRow): void;
  find(id: string): TryRow | undefined;
  /** The tries of a key that are not over, oldest first. */
  listOpen(keyId: string): TryRow[];
  /** The ids of all that are not over, but past their deadline. */
  listOverdue(now: number): string[];
  /** The try alone: its reservation is a row of its own. */
  save(row: TryRow): void;
  /** Drops those that are over and older, but for those that were given up while something is held for them. */
  forget(before: number): void;
}

export interface ReservationTable {
  /** @param replayId what later tries of the call find it by, in place of what they found until now */
  insert(draft: Omit<Reservation, "id">, replayId: string | undefined): Reservation;
  findByReplay(replayId: string): Reservation | undefined;
  /** The one behind an audit entry. */
  findByEntry(auditId: string): Reservation | undefined;
  /** All that are held since before a moment, in doubt and with no try under way. */
  listDoubtful(before: number): Reservation[];
  save(reservation: Reservation): void;
  /** Drops the replay ids of older ones that no try is under way for. */
  forgetReplays(before: number): void;
}

/** The objects of vendors, with the most that each may stand for. */
export interface ObjectTable {
  find(tenant: string, objectId: string): Pick<Exposure, "microUsd" | "told"> | undefined;
  save(tenant: string, exposure: Exposure): void;
}

/** What was issued under an `Idempotency-Key`. */
export interface IssueRow extends IssueReplay {
  keyId: string;
  at: number;
}

export interface IssueTable {
  find(replayKey: string): IssueRow | undefined;
  save(row: IssueRow): void;
  forget(before: number): void;
}

export interface FreezeTable {
  /** In the order in which they were set. */
  list(tenant: string): readonly FreezeRecord[];
  insert(freeze: FreezeRecord): void;
  delete(freeze: FreezeRecord): void;
}

export interface AuditTable {
  /** @param attempt the one that has ended, of a call that was admitted */
  append(record: AuditRecord, attempt?: TryRow): void;
  find(id: string): AuditRecord | undefined;
  /** Puts a corrected entry in the place of the one with its id. */
  replace(record: AuditRecord): void;
  /** Newest first. */
  list(tenant: string, filter: AuditFilter, page: PageRequest): PageOf<AuditRecord>;
  /** Oldest first. */
  listAfter(tenant: string, filter: AuditFilter, page: PageRequest): PageOf<AuditRecord>;
  getNewestId(tenant: string): string | undefined;
}
