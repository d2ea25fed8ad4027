// Every window and limit of the money rules. The scripts of the Redis ledger get them under the same names.

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

/** How long a retry shares the hold of an earlier attempt. Below the shortest window of any vendor (24 h), so that the vendor takes both for one call. */
export const REPLAY_WINDOW_MS = 23 * 3_600_000;

/** From the first attempt of a call until the vendor has surely forgotten the last one that shared its hold. */
export const REPLAY_KEPT_MS = 48 * 3_600_000;

/** How long an attempt that has ended can still be asked for again. */
export const ATTEMPT_KEPT_MS = 600_000;

/** The most freezes of a tenant: every call reads all of them. */
export const MAX_FREEZES = 100;

/** How long an `Idempotency-Key` on issue is honoured. */
export const ISSUE_KEPT_MS = 86_400_000;
