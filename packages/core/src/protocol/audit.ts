import * as z from "zod/mini";
import { metadata, reportedUsd, timestamp, usd } from "./fields.ts";

/**
 * What became of the money of a call:
 * `settled` the vendor did it and the true cost is known · `released` nothing was spent, proven ·
 * `unknown` nobody can tell, so the reservation stands · `none` no money was reserved.
 */
export const auditOutcomeSchema = z.enum(["settled", "released", "unknown", "none"]);

/** One call that named a vendor. */
export const auditEntrySchema = z.object({
  id: z.string(),
  request_id: z.string(),
  at: timestamp,
  key_id: z.nullable(z.string()),
  label: z.nullable(z.string()),
  vendor: z.string(),
  mode: z.nullable(z.enum(["live", "test"])),
  method: z.string(),
  path: z.string(),
  decision: z.enum(["allowed", "refused"]),
  code: z.nullable(z.string()),
  would_refuse: z.nullable(z.string()),
  status: z.int(),
  outcome: auditOutcomeSchema,
  reserved_usd: reportedUsd,
  cost_usd: z.nullable(reportedUsd),
  budgets: z.array(z.string()),
  metadata,
  vendor_request_id: z.nullable(z.string()),
  notes: z.array(z.string()),
  duration_ms: z.int(),
});

/** Query of `GET /v1/audit` and `GET /v1/audit/stream`; all filters must hold. */
export const auditQuerySchema = z.strictObject({
  key_id: z.optional(z.string()),
  label_prefix: z.optional(z.string()),
  vendor: z.optional(z.string()),
  budget: z.optional(z.string()),
  decision: z.optional(z.enum(["allowed", "refused"])),
  outcome: z.optional(auditOutcomeSchema),
  since: z.optional(timestamp),
  until: z.optional(timestamp),
});

/** Body of `POST /v1/audit/:id/reconcile`: what a call of unknown outcome, or at an estimate, really cost. */
export const reconcileSchema = z.strictObject({ cost_usd: usd });

export type WireAuditEntry = z.output<typeof auditEntrySchema>;
export type WireAuditQuery = z.output<typeof auditQuerySchema>;
