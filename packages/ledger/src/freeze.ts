/** Which keys: all the given fields must match. With none, every key of the tenant. */
export interface KeyScope {
  vendor?: string;
  labelPrefix?: string;
  budget?: string;
}

/** A brake on every key that it matches, issued before or after it. */
export interface FreezeRecord {
  id: string;
  tenant: string;
  scope: KeyScope;
  note: string | null;
  /** Ms since the epoch. */
  createdAt: number;
}

/** The living keys that a freeze matches, and their calls that were already admitted. */
export interface FreezeReceipt {
  keys: number;
  calls: number;
  heldMicroUsd: number;
}

/** `too_many`: the tenant has as many freezes as it may have. */
export type FreezeAnswer = ({ status: "set" } & FreezeReceipt) | { status: "too_many" };
