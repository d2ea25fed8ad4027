import * as z from "zod/mini";
import { ERROR_STATUS, type ErrorCode, toDocUrl } from "./error-code.ts";

/** Which limit refused a call, and by how much. Amounts are decimal strings of USD. */
export const limitDetailsSchema = z.object({
  limit: z.string(),
  /** True when the cap is one that the key states for a budget, and not stored in it. */
  stated: z.optional(z.boolean()),
  cap_usd: z.optional(z.string()),
  spent_usd: z.optional(z.string()),
  held_usd: z.optional(z.string()),
  requested_usd: z.optional(z.string()),
  resets_at: z.optional(z.string()),
});

/** One reason why a policy was not accepted. `path` names the field. */
export const policyIssueSchema = z.object({ path: z.string(), message: z.string() });

/**
 * The one envelope of every refusal. Its shape is what stripe, twilio and resend for Node all turn into an
 * error with our code: stripe-node takes a body without an `error` object for success, whatever the status.
 */
export const errorEnvelopeSchema = z.object({
  code: z.string(),
  message: z.string(),
  name: z.string(),
  status: z.int(),
  statusCode: z.int(),
  more_info: z.string(),
  request_id: z.string(),
  details: z.optional(limitDetailsSchema),
  issues: z.optional(z.array(policyIssueSchema)),
  /** Whether a retry can succeed without charging twice. Left out if the code alone tells it. */
  retryable: z.optional(z.boolean()),
  error: z.object({
    type: z.literal("keybrake_error"),
    code: z.string(),
    message: z.string(),
    doc_url: z.string(),
    retryable: z.optional(z.boolean()),
  }),
  errors: z.array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }) })),
});

export type WireErrorEnvelope = z.output<typeof errorEnvelopeSchema>;
export type WireLimitDetails = z.output<typeof limitDetailsSchema>;
export type PolicyIssue = z.output<typeof policyIssueSchema>;

/** What a refusal says. */
export interface Refusal {
  code: ErrorCode;
  /** What happened, and what to do. */
  message: string;
  details?: WireLimitDetails;
  issues?: PolicyIssue[];
  /** Sent as `Retry-After`; for `rate_limited` alone. */
  retryAfterSeconds?: number;
  /** True where the hold is kept, so that a retry under the same idempotency key costs nothing extra. */
  holdKept?: boolean;
  /** Whether a retry can succeed without charging twice. Given where the code alone doesn't tell it. */
  retryable?: boolean;
}

/** The status, headers and body that answer a refusal, the same everywhere. */
export function toErrorAnswer(
  refusal: Refusal,
  requestId: string,
): { status: number; headers: Record<string, string>; body: WireErrorEnvelope } {
  const { code, message, details, issues, retryable } = refusal;
  const advice = retryable === undefined ? {} : { retryable };
  const status = ERROR_STATUS[code];
  const docUrl = toDocUrl(code);
  return {
    status,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store",
      "x-keybrake-code": code,
      "keybrake-request-id": requestId,
      "request-id": requestId,
      ...(refusal.holdKept ? {} : { "stripe-should-retry": "false" }),
      ...(refusal.retryAfterSeconds === undefined
        ? {}
        : { "retry-after": String(refusal.retryAfterSeconds) }),
    },
    body: {
      code,
      message,
      name: code,
      status,
      statusCode: status,
      more_info: docUrl,
      request_id: requestId,
      ...(details ? { details } : {}),
      ...(issues ? { issues } : {}),
      ...advice,
      error: { type: "keybrake_error", code, message, doc_url: docUrl, ...advice },
      errors: [{ message, extensions: { code: code.toUpperCase() } }],
    },
  };
}
