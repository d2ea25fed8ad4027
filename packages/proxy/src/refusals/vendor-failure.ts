import { formatUsd, type Refusal } from "@keybrake/core/protocol";
import type { Call } from "../pipeline/call.ts";
import { KEY_REVOKED } from "./refused.ts";

/** How a call went that the vendor gave no response to. */
export interface VendorFailure {
  kind: "never_sent" | "lost";
  /** Whether the vendor took too long, rather than broke the connection. */
  timedOut: boolean;
}

/**
 * What the client learns when the vendor gave no response. It advises to retry only if a retry can't charge twice.
 */
export function toVendorFailure(call: Call, { kind, timedOut }: VendorFailure): Refusal {
  const { vendor, stopped, price, idempotencyKey } = call;
  if (kind === "never_sent" && stopped) return { code: "key_revoked", message: KEY_REVOKED };
  if (kind === "never_sent") {
    return {
      code: "upstream_unreachable",
      message: `The proxy can't reach ${vendor.name}. Nothing was sent, so nothing was spent. It's safe to retry.`,
      retryable: true,
    };
  }
  const what = timedOut
    ? `${vendor.name} didn't respond in time.`
    : `The connection to ${vendor.name} broke after the call was sent.`;
  const isFree = price.kind === "free";
  const isDoneOnce = idempotencyKey !== undefined;
  return {
    code: timedOut ? "upstream_timeout" : "upstream_unreachable",
    message: isFree ? `${what} ${toFreeAdvice(call)}` : `${what} ${toAdvice(call)}`,
    // A client library may retry by itself only if the retry reuses this hold.
    holdKept: !isFree && isDoneOnce,
    retryable: isDoneOnce || (isFree && READS.has(call.target.method)),
  };
}

const READS = new Set(["GET", "HEAD", "OPTIONS"]);

function toFreeAdvice({ target, vendor }: Call): string {
  return READS.has(target.method)
    ? "The call only reads, so it's safe to retry."
    : `The call costs nothing, but ${vendor.name} might have done it. Check there before you retry.`;
}

function toAdvice(call: Call): string {
  const { vendor, idempotencyKey, reservedMicroUsd } = call;
  const held = `It might have done the work, so ${formatUsd(reservedMicroUsd)} USD stays held.`;
  if (idempotencyKey !== undefined) {
    return call.injectedIdempotencyKey
      ? `${held} Retry the same call: Keybrake sends the same idempotency key, so ${vendor.name} does the work once.`
      : `${held} Retry with the same idempotency key: ${vendor.name} does the work once, and the retry uses the same hold.`;
  }
  const why = vendor.idempotency
    ? "The call had no idempotency key that the vendor honors, so a retry can charge twice."
    : `${vendor.name} has no idempotency keys, so a retry can charge twice.`;
  return `${held} Don't retry. ${why} Look the call up at ${vendor.name}, then reconcile its audit entry.`;
}
