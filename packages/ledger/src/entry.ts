/** One call that named a vendor. */
export interface AuditRecord {
  id: string;
  requestId: string;
  at: number;
  /** Null where nobody could be recognised by the credential. */
  tenant: string | null;
  keyId: string | null;
  label: string | null;
  vendor: string;
  mode: "live" | "test" | null;
  method: string;
  path: string;
  decision: "allowed" | "refused";
  code: string | null;
  wouldRefuse: string | null;
  status: number;
  outcome: "settled" | "released" | "unknown" | "none";
  reservedMicroUsd: number;
  costMicroUsd: number | null;
  budgets: string[];
  metadata: Record<string, string>;
  vendorRequestId: string | null;
  /** What somebody who reads the books should know of the cost. */
  notes: AuditNote[];
  durationMs: number;
}

/**
 * `estimate` the answer did not tell the cost, so the upper bound counts · `overage` it cost more than was
 * reserved · `trued_up` the cost came later · `reconciled` somebody settled it by hand.
 */
export type AuditNote = "estimate" | "overage" | "trued_up" | "reconciled";

/** An entry before its money is settled. */
export type AuditDraft = Omit<AuditRecord, "outcome" | "reservedMicroUsd" | "costMicroUsd" | "notes">;

export interface AuditFilter {
  keyId?: string;
  labelPrefix?: string;
  vendor?: string;
  budget?: string;
  decision?: "allowed" | "refused";
  outcome?: AuditRecord["outcome"];
  since?: number;
  until?: number;
}
