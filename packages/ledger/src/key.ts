import type { KeyScope } from "./freeze.ts";
import type { LimitRefusal } from "./refusal.ts";

/** The caps that a key states for a budget. They bind the key's own calls and are not stored in the budget. */
export interface StatedCaps {
  dailyCapMicroUsd?: number;
  monthlyCapMicroUsd?: number;
  totalCapMicroUsd?: number;
}

/** An entry of an allowlist: a pattern, or one with the most that a call of it may reserve, in micro-USD. */
export type AllowedEndpoint = string | { endpoint: string; maxMicroUsdPerCall: number };

/** The policy of a key as the ledger needs it; amounts in micro-USD. */
export interface KeyPolicy {
  allowedEndpoints?: AllowedEndpoint[];
  dailyCapMicroUsd?: number;
  totalCapMicroUsd?: number;
  maxMicroUsdPerCall?: number;
  maxCalls?: number;
  callsPerMinute?: number;
  budgets: string[];
  /** By the name of a budget in `budgets`. */
  budgetCaps?: Record<string, StatedCaps>;
  shadow: boolean;
  accounts: string[];
  allowRecurring: boolean;
  /** A spending call without an idempotency key gets one. */
  injectIdempotency: boolean;
  /**
   * The allowlists of the keys above it, nearest first, as they are now; `null` for one without. A call must pass them
   * too. `findKey` fills it in; nothing stores it.
   */
  within: (AllowedEndpoint[] | null)[];
  /** The calls use the tenant's own credential entry. Left out: the vendor's. */
  tenantCredential?: true;
  metadata: Record<string, string>;
}

/** A vault key as it is stored: of its token only the SHA-256. Times are ms since the epoch. */
export interface KeyRecord {
  id: string;
  tenant: string;
  /** The key it was carved from. */
  parentId: string | null;
  tokenHash: string;
  label: string;
  vendor: string;
  mode: "live" | "test";
  policy: KeyPolicy;
  createdAt: number;
  expiresAt: number;
  /** No `extend` goes past this moment. */
  maxExpiresAt: number;
  revokedAt: number | null;
  /** Every call of the key, and of those carved from it, is refused. */
  frozen: boolean;
  /** The id of the first freeze that matches the key, or one above it. `findKey` fills it in; nothing stores it. */
  frozenBy?: string;
  /** How often `changeKey` has changed it; as `findKey` tells it, it or a key above it. */
  changes: number;
}

/** What `changeKey` can change of a key. `null` takes a limit away; what is left out stays. */
export interface KeyChanges {
  dailyCapMicroUsd?: number | null;
  totalCapMicroUsd?: number | null;
  maxMicroUsdPerCall?: number | null;
  maxCalls?: number | null;
  callsPerMinute?: number | null;
  allowedEndpoints?: AllowedEndpoint[] | null;
  frozen?: boolean;
}

/** A field of {@link KeyChanges} by which a key may do more than before. */
export type RaisedField = keyof KeyChanges;

/**
 * What became of a change: `ended` the key was revoked or has expired · `raises` it may only be lowered, and these
 * fields raise · `uncapped` it would lose its last cap · `no_room` its parent has less remaining than the raise.
 */
export type ChangeKeyAnswer =
  | { status: "changed"; record: KeyRecord }
  | { status: "ended" | "uncapped" }
  | { status: "raises"; fields: RaisedField[] }
  | { status: "no_room"; refusal: LimitRefusal };

/** Calls that were already at the vendor when their key was revoked, and what they held. */
export interface RevocationReceipt {
  calls: number;
  heldMicroUsd: number;
}

/** What was spent under a limit. `held` is reserved and not yet settled; `unknown` is the part of it whose outcome nobody knows. */
export interface Spend {
  dailyMicroUsd: number;
  dailyHeldMicroUsd: number;
  /** Of a budget, in the UTC month. A key has no monthly cap, and 0 here. */
  monthlyMicroUsd: number;
  monthlyHeldMicroUsd: number;
  totalMicroUsd: number;
  heldMicroUsd: number;
  unknownMicroUsd: number;
  /** What the object of the call in question has cost here already; 0 where the call names none. */
  exposureMicroUsd: number;
}

export interface BudgetSettings {
  dailyCapMicroUsd: number | null;
  monthlyCapMicroUsd: number | null;
  totalCapMicroUsd: number | null;
  frozen: boolean;
}

export interface BudgetState extends BudgetSettings {
  name: string;
  spend: Spend;
}

/** A key above another. Its `spend` is what it and all keys carved from it have spent and hold, without what is only set aside for them. */
export type AncestorState = Pick<KeyState, "record" | "calls" | "recentCalls" | "spend">;

/** A key with everything its next call must fit. */
export interface KeyState {
  record: KeyRecord;
  spend: Spend;
  calls: number;
  /** When its calls of the last minute were admitted, oldest first; empty where no `callsPerMinute` is set. */
  recentCalls: number[];
  budgets: BudgetState[];
  /** The keys it was carved from: its calls count as theirs too. */
  ancestors: AncestorState[];
  /** The id of the first freeze that matches the key, or one above it. */
  frozenBy: string | null;
}

export interface KeyFilter extends KeyScope {
  status?: "active" | "expired" | "revoked";
}
