import type { AuditDraft, Outcome } from "@keybrake/ledger";
import type { Cost, VendorAnswer } from "@keybrake/vendors";
import { Unreadable } from "@keybrake/vendors";
import { toDraft } from "./audit.ts";
import { type Call, qualifyCounted, toBoundId } from "./call.ts";
import type { ForwardResult } from "./forward.ts";
import { maskText } from "./mask.ts";

/**
 * Step 7: what is to be written of a call, its cost and its audit entry, in one step of the store. Made once, so that
 * the same can be written later where the store does not take it now.
 */
export function toEnd(
  call: Call,
  result: ForwardResult,
  answered: { status: number; code: string | null },
): { outcome: Outcome; draft: AuditDraft } {
  const vendorRequestId = result.kind === "answered" ? readRequestId(call, result.answer.headers) : null;
  const draft = toDraft(call, { ...answered, decision: "allowed", vendorRequestId });
  return { outcome: toOutcome(call, result), draft };
}

/** The vendor's name for the call. Masked, since a vendor may write anything there, and bounded. */
function readRequestId({ credential }: Call, headers: VendorAnswer["headers"]): string | null {
  const id = headers["request-id"] ?? headers["x-request-id"];
  if (typeof id !== "string") return null;
  return maskText(id, credential.secrets).slice(0, 200);
}

/** Release only on proof; settle the true cost where the answer tells it; everything else stays held. */
function toOutcome(call: Call, result: ForwardResult): Outcome {
  const { vendor } = call;
  if (result.kind === "never_sent") return { kind: "never_sent" };
  if (result.kind === "lost") return { kind: "unknown" };
  const { answer } = result;
  if (answer.status >= 200 && answer.status < 300) {
    const actual = readActual(call, answer);
    if (actual === "nothing") return { kind: "refused" };
    const kind = vendor.idempotency?.isReplay?.(answer.headers) ? "replayed" : "effect";
    if (actual === undefined) return { kind, costMicroUsd: null };
    const bound = call.price.kind === "unpriced" ? { boundId: toBoundId(call) } : {};
    return { kind, costMicroUsd: toCost(call, actual), ...qualifyCounted(call, actual), ...bound };
  }
  return { kind: vendor.refusedStatuses.includes(answer.status) ? "refused" : "unknown" };
}

/** What the payer can still raise costs what it can be raised to. */
function toCost({ price, reservedMicroUsd }: Call, { microUsd, atLeast }: Cost): number {
  if (!atLeast) return microUsd;
  return Math.max(microUsd, price.kind === "amount" ? price.microUsd : reservedMicroUsd);
}

function readActual({ price }: Call, answer: VendorAnswer): Cost | "nothing" | undefined {
  if ((price.kind !== "amount" && price.kind !== "unpriced") || !price.toActual) return undefined;
  try {
    return price.toActual(answer);
  } catch (error) {
    // An answer that can't be read leaves the estimate as the cost: it was an upper bound.
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}
