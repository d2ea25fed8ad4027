import type { AuditDraft, AuditRecord } from "@keybrake/ledger";
import type { Call } from "./call.ts";

/** How a call ended, for its entry. */
export interface Ending {
  status: number;
  code: string | null;
  decision: "allowed" | "refused";
  vendorRequestId: string | null;
}

/** The entry of a call, but for its money. It holds no header, no body and no query. */
export function toDraft(call: Call, ending: Ending): AuditDraft {
  const { key, target, vendor } = call;
  return {
    id: call.auditId,
    requestId: call.requestId,
    at: call.startedAt,
    tenant: key?.tenant ?? null,
    keyId: key?.id ?? null,
    label: key?.label ?? null,
    vendor: vendor.name,
    mode: key?.mode ?? null,
    method: target.method,
    path: target.path,
    wouldRefuse: call.wouldRefuse,
    budgets: key?.policy.budgets ?? [],
    metadata: key?.policy.metadata ?? {},
    durationMs: call.clock() - call.startedAt,
    ...ending,
  };
}

/** Step 8 for a call that reserved nothing. Calls that did are entered by the step that settles them. */
export function toRefusalRecord(call: Call, status: number, code: string): AuditRecord {
  const draft = toDraft(call, { status, code, decision: "refused", vendorRequestId: null });
  return { ...draft, outcome: "none", reservedMicroUsd: 0, costMicroUsd: 0, notes: [] };
}
