import type { AuditNote, AuditRecord } from "../ledger.ts";
import type { AttemptText } from "./attempt-text.ts";

/** An entry as it is kept, with what its attempt may still be asked for. */
export interface Entry {
  record: AuditRecord;
  attempt: AttemptText | null;
}

/** The values of an entry in a fixed order: a third of the size that they have with their names. */
type EntryText = readonly [
  id: string,
  requestId: string,
  at: number,
  tenant: string | null,
  keyId: string | null,
  label: string | null,
  vendor: string,
  mode: AuditRecord["mode"],
  method: string,
  path: string,
  decision: AuditRecord["decision"],
  code: string | null,
  wouldRefuse: string | null,
  status: number,
  outcome: AuditRecord["outcome"],
  reservedMicroUsd: number,
  costMicroUsd: number | null,
  budgets: string[],
  metadata: Record<string, string>,
  vendorRequestId: string | null,
  notes: AuditNote[],
  durationMs: number,
  attempt: AttemptText | null,
];

export function toEntryText(record: AuditRecord, attempt: AttemptText | null): string {
  const text: EntryText = [
    record.id,
    record.requestId,
    record.at,
    record.tenant,
    record.keyId,
    record.label,
    record.vendor,
    record.mode,
    record.method,
    record.path,
    record.decision,
    record.code,
    record.wouldRefuse,
    record.status,
    record.outcome,
    record.reservedMicroUsd,
    record.costMicroUsd,
    record.budgets,
    record.metadata,
    record.vendorRequestId,
    record.notes,
    record.durationMs,
    attempt,
  ];
  return JSON.stringify(text);
}

export function toEntry(text: string): Entry {
  const [
    id,
    requestId,
    at,
    tenant,
    keyId,
    label,
    vendor,
    mode,
    method,
    path,
    decision,
    code,
    wouldRefuse,
    status,
    outcome,
    reservedMicroUsd,
    costMicroUsd,
    budgets,
    metadata,
    vendorRequestId,
    notes,
    durationMs,
    attempt,
  ]: EntryText = JSON.parse(text);
  const record: AuditRecord = {
    ...{ id, requestId, at, tenant, keyId, label, vendor, mode, method, path, decision, code, wouldRefuse },
    ...{ status, outcome, reservedMicroUsd, costMicroUsd, budgets, metadata, vendorRequestId, notes },
    durationMs,
  };
  return { record, attempt };
}
