import * as z from "zod/mini";
import { label, metadata, reportedUsd, timestamp, vendorName } from "./fields.ts";
import { durationField } from "./policy.ts";

/** Whether a key can still be used. */
export const keyStatusSchema = z.enum(["active", "expired", "revoked"]);

/** What a key has spent and may still spend, in USD. */
export const keySpendSchema = z.object({
  daily_usd: reportedUsd,
  total_usd: reportedUsd,
  held_usd: reportedUsd,
  unknown_usd: reportedUsd,
  calls: z.int(),
  remaining_usd: z.nullable(reportedUsd),
  resets_at: timestamp,
});

const keyFields = {
  id: z.string(),
  label,
  vendor: vendorName,
  status: keyStatusSchema,
  mode: z.enum(["live", "test"]),
  allowed_endpoints: z.optional(z.array(z.string())),
  /** The bounds that `allowed_endpoints` states, by pattern. Left out when it states none. */
  endpoint_bounds: z.optional(z.array(z.object({ endpoint: z.string(), max_usd_per_call: reportedUsd }))),
  daily_usd_cap: z.optional(reportedUsd),
  total_usd_cap: z.optional(reportedUsd),
  max_usd_per_call: z.optional(reportedUsd),
  max_calls: z.optional(z.int()),
  calls_per_minute: z.optional(z.int()),
  budgets: z.array(z.string()),
  /** The caps that this key states for its budgets. Left out when it states none. */
  budget_caps: z.optional(
    z.array(
      z.object({
        name: z.string(),
        daily_usd_cap: z.optional(reportedUsd),
        monthly_usd_cap: z.optional(reportedUsd),
        total_usd_cap: z.optional(reportedUsd),
      }),
    ),
  ),
  /** Every call of the key is refused while it is true. Left out by older proxies. */
  frozen: z.optional(z.boolean()),
  shadow: z.boolean(),
  accounts: z.array(z.string()),
  allow_recurring: z.boolean(),
  idempotency: z.optional(z.enum(["inject"])),
  parent_id: z.optional(z.string()),
  metadata,
  created_at: timestamp,
  expires_at: timestamp,
  revoked_at: z.nullable(timestamp),
};

/** A vault key as the control API shows it. The token is not part of it. */
export const keySchema = z.object(keyFields);

/** The answer to `GET /v1/keys/:id`. */
export const keyWithSpendSchema = z.object({ ...keyFields, spend: keySpendSchema });

/**
 * What the issuer of a key should know: `uncapped` nothing limits what it spends, `new_budget` a budget without a
 * cap and without any spend, which may be a typo.
 */
export const issueWarningSchema = z.object({
  code: z.string(),
  message: z.string(),
  budget: z.optional(z.string()),
});

/** The answer to `POST /v1/keys`: the only time the token is shown. */
export const issuedKeySchema = z.object({
  ...keyFields,
  token: z.string(),
  warnings: z.optional(z.array(issueWarningSchema)),
});

/** The answer to `POST /vault/keys`, for the older guides: `vault_key` is the token. */
export const legacyIssuedKeySchema = z.extend(issuedKeySchema, { vault_key: z.string() });

const inFlight = z.object({ calls: z.int(), held_usd: reportedUsd });

/** The answer to `DELETE /v1/keys/:id`: the key, and what was already at the vendor when it was revoked. */
export const revokedKeySchema = z.object({
  ...keyFields,
  in_flight: inFlight,
});

/** Body of `POST /v1/keys/:id/extend`: a new life from now. */
export const extendSchema = z.strictObject({ expires_in: durationField });

/** Body of `POST /v1/keys/revoke`, the kill switch. */
export const revokeManySchema = z
  .strictObject({
    label_prefix: z.optional(z.string().check(z.minLength(1), z.maxLength(200))),
    budget: z.optional(z.string().check(z.minLength(1))),
    vendor: z.optional(vendorName),
  })
  .check(
    z.refine(
      (filter) => Object.values(filter).some((value) => value !== undefined),
      "name at least one of label_prefix, budget, vendor",
    ),
  );

/** The answer to `POST /v1/keys/revoke`, with what was already at the vendor. Older proxies leave that out. */
export const revokedManySchema = z.object({ revoked: z.int(), in_flight: z.optional(inFlight) });

/** Query of `GET /v1/keys`; all filters must hold. */
export const keyQuerySchema = z.strictObject({
  status: z.optional(keyStatusSchema),
  vendor: z.optional(z.string()),
  label_prefix: z.optional(z.string()),
  budget: z.optional(z.string()),
});

export type WireKeyQuery = z.output<typeof keyQuerySchema>;
export type WireKey = z.output<typeof keySchema>;
export type WireKeySpend = z.output<typeof keySpendSchema>;
export type WireKeyWithSpend = z.output<typeof keyWithSpendSchema>;
export type WireIssueWarning = z.output<typeof issueWarningSchema>;
export type WireIssuedKey = z.output<typeof issuedKeySchema>;
export type WireRevokedKey = z.output<typeof revokedKeySchema>;
export type WireRevokeMany = z.output<typeof revokeManySchema>;
