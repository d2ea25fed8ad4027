/** Why a call does not fit. `limit` names the limit as `key:daily`, `budget:user:42:total`, …; amounts in micro-USD. */
export interface LimitRefusal {
  code:
    | "key_revoked"
    | "key_expired"
    | "budget_frozen"
    | "key_frozen"
    | "call_limit_reached"
    | "rate_limited"
    | "unpriced_endpoint"
    | "currency_unpriced"
    | "cap_exhausted";
  limit?: string;
  /** The cap is one that the key states for a budget. */
  stated?: true;
  capMicroUsd?: number;
  spentMicroUsd?: number;
  heldMicroUsd?: number;
  requestedMicroUsd?: number;
  resetsAt?: number;
  retryAfterSeconds?: number;
}

/** The key, or one above it, was changed after the caller had read its policy. To be read and judged anew. */
export interface KeyChanged extends Omit<LimitRefusal, "code"> {
  code: KeyChangedCode;
}

/** No code that a client sees. */
export type KeyChangedCode = "key_changed";
