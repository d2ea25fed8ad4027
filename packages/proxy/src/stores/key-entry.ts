import type { Reservation } from "./reservation.ts";
import { createAccount, type SpendAccount } from "./spend-account.ts";
import type { AuditDraft, KeyRecord, ReserveAnswer, Settlement, Spend } from "./store.ts";

const MINUTE_MS = 60_000;

/** A try of a call. It outlives its end for a while, so that whoever got no answer may ask again. */
export interface Attempt {
  key: KeyEntry;
  reservation: Reservation;
  answer: ReserveAnswer;
  at: number;
  /** Past this moment, nobody is expected to end it any more. */
  deadline: number;
  abandoned: AuditDraft;
  settlement?: Settlement;
  /** It ended because its time was over; what really became of it may still be told. */
  givenUp?: boolean;
}

/** A key in memory, with the keys it was carved from and those carved from it. */
export interface KeyEntry {
  record: KeyRecord;
  parent: KeyEntry | undefined;
  children: KeyEntry[];
  account: SpendAccount;
  calls: number;
  recentCalls: number[];
  open: Map<string, Attempt>;
}

export function createKeyEntry(record: KeyRecord, parent: KeyEntry | undefined): KeyEntry {
  const entry: KeyEntry = {
    record,
    parent,
    children: [],
    account: createAccount(),
    calls: 0,
    recentCalls: [],
    open: new Map(),
  };
  parent?.children.push(entry);
  return entry;
}

export function getStatus(record: KeyRecord, now: number): "active" | "expired" | "revoked" {
  if (record.revokedAt !== null) return "revoked";
  return record.expiresAt <= now ? "expired" : "active";
}

/** The keys a key was carved from, nearest first. */
export function listAncestors({ parent }: KeyEntry): KeyEntry[] {
  return parent ? [parent, ...listAncestors(parent)] : [];
}

/** A key and all that were carved from it. */
export function listFamily(entry: KeyEntry): KeyEntry[] {
  return [entry, ...entry.children.flatMap(listFamily)];
}

/** Counts an admitted call, for the key and for those it was carved from. */
export function countCall(entry: KeyEntry, now: number): void {
  for (const counted of [entry, ...listAncestors(entry)]) {
    counted.calls++;
    if (counted.record.policy.callsPerMinute === undefined) continue;
    counted.recentCalls = [...counted.recentCalls.filter((at) => at > now - MINUTE_MS), now];
  }
}

/**
 * What a key has spent and holds, with what is carved out of it: all of a living child's cap, and of a child that
 * ended what it spent and still holds.
 */
export function getKeySpend(entry: KeyEntry, day: number, now: number, objectId?: string): Spend {
  return entry.children
    .map((child) => getCarvedSpend(child, day, now, objectId))
    .reduce(addSpend, entry.account.getSpend(day, objectId));
}

function getCarvedSpend(child: KeyEntry, day: number, now: number, objectId?: string): Spend {
  const spend = getKeySpend(child, day, now, objectId);
  const { totalCapMicroUsd = 0 } = child.record.policy;
  if (getStatus(child.record, now) !== "active") return spend;
  const room = totalCapMicroUsd - spend.totalMicroUsd;
  return {
    ...spend,
    heldMicroUsd: Math.max(spend.heldMicroUsd, room),
    dailyHeldMicroUsd: Math.max(spend.dailyHeldMicroUsd, room),
  };
}

function addSpend(a: Spend, b: Spend): Spend {
  return {
    dailyMicroUsd: a.dailyMicroUsd + b.dailyMicroUsd,
    dailyHeldMicroUsd: a.dailyHeldMicroUsd + b.dailyHeldMicroUsd,
    totalMicroUsd: a.totalMicroUsd + b.totalMicroUsd,
    heldMicroUsd: a.heldMicroUsd + b.heldMicroUsd,
    unknownMicroUsd: a.unknownMicroUsd + b.unknownMicroUsd,
    // What a child has counted of an object is the child's: the key itself has set nothing aside for it.
    exposureMicroUsd: a.exposureMicroUsd,
  };
}
