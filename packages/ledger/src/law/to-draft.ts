import type { AuditDraft } from "../ledger.ts";
import { type LawKey, TENANT } from "./holders.ts";

/** The entry of a try of a history. */
export function toDraft(attemptId: string, key: LawKey, now: number): AuditDraft {
  return {
    id: `aud_${attemptId}`,
    requestId: attemptId,
    at: now,
    tenant: TENANT,
    keyId: key.id,
    label: key.id,
    vendor: "fake",
    mode: "live",
    method: "POST",
    path: "/",
    decision: "allowed",
    code: null,
    wouldRefuse: null,
    status: 200,
    budgets: key.budgets,
    metadata: {},
    vendorRequestId: null,
    durationMs: 0,
  };
}
