import type { Refusal } from "@keybrake/core/protocol";

export const KEY_REVOKED = "This vault key was revoked. Issue a new one.";
export const KEY_FROZEN =
  "This vault key is frozen, or a key above it is. Don't retry: an operator can unfreeze it with PATCH /v1/keys/:id. Nothing was forwarded.";
export const KEY_EXPIRED = "This vault key has expired. Issue a new one.";

/** Thrown inside the proxy to answer a call with a refusal. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    // A refusal is an ordinary end of a call, thousands a second when an agent runs wild: it needs no stack, and
    // capturing one would cost more than all of the decision.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(refusal.message);
    Error.stackTraceLimit = stackTraceLimit;
    this.refusal = refusal;
  }
}

/** The store could not answer: nothing may pass. */
export function toStoreUnavailable(): Refused {
  return new Refused({
    code: "store_unavailable",
    message:
      "The ledger can't be reached, so the proxy refuses every call. Nothing was forwarded. It's safe to retry when GET /readyz returns 200.",
  });
}
