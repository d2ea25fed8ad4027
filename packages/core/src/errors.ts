import type { PolicyIssue, WireErrorEnvelope, WireLimitDetails } from "./protocol/error.ts";
import { ERROR_STATUS, type ErrorCode, toDocUrl } from "./protocol/error-code.ts";
import { type CamelKeys, fromWire } from "./protocol/wire-names.ts";

const MARK = Symbol.for("keybrake.error");

/** What an agent backend tells its own caller, by code. Codes left out are answered as 502 `vault_call_failed`. */
const CALLER_ANSWERS: Record<string, { status: number; error: string }> = {
  cap_exhausted: { status: 402, error: "spend_cap_exceeded" },
  call_limit_reached: { status: 402, error: "call_limit_reached" },
  rate_limited: { status: 429, error: "rate_limited" },
  vendor_mismatch: { status: 403, error: "vendor_mismatch" },
  endpoint_not_allowed: { status: 403, error: "endpoint_not_allowed" },
  unpriced_endpoint: { status: 403, error: "unpriced_endpoint" },
  currency_unpriced: { status: 403, error: "currency_unpriced" },
  account_not_allowed: { status: 403, error: "account_not_allowed" },
  secret_endpoint: { status: 403, error: "secret_endpoint" },
  budget_frozen: { status: 403, error: "budget_frozen" },
  key_frozen: { status: 403, error: "key_frozen" },
  invalid_key: { status: 403, error: "invalid_key" },
  key_expired: { status: 403, error: "key_expired" },
  key_revoked: { status: 403, error: "key_revoked" },
  invalid_policy: { status: 500, error: "invalid_policy" },
  invalid_token: { status: 503, error: "vault_key_unavailable" },
  insufficient_role: { status: 503, error: "vault_key_unavailable" },
  missing_token: { status: 503, error: "vault_key_unavailable" },
  vault_key_unavailable: { status: 503, error: "vault_key_unavailable" },
  store_unavailable: { status: 503, error: "vault_key_unavailable" },
  upstream_timeout: { status: 504, error: "upstream_timeout" },
};

/** The public name of a code, and the status that goes with it. */
export function toCallerAnswer(code: string): { status: number; error: string } {
  // hasOwn, since the code may be anything that came over the wire, such as `constructor`.
  const known = Object.hasOwn(CALLER_ANSWERS, code) ? CALLER_ANSWERS[code] : undefined;
  return known ?? { status: 502, error: "vault_call_failed" };
}

const RETRYABLE = new Set<string>([
  "rate_limited",
  "store_unavailable",
  "upstream_timeout",
  "upstream_unreachable",
  "vault_key_unavailable",
]);

/** What an error is made of. */
export interface KeybrakeErrorOptions {
  /** A code of the wire, or one of the client's own: `vault_key_unavailable`, `missing_token`. */
  code: string;
  message: string;
  /** HTTP status of the refusal; default: the status that belongs to the code, else 500. */
  status?: number;
  requestId?: string;
  /** Whether a retry can succeed without charging twice. Default: what holds for most refusals with the code. */
  retryable?: boolean;
  cause?: unknown;
}

/**
 * Anything Keybrake refuses or fails at. It never holds a request, headers, a body or a key, so it is safe to
 * log. It is not thrown for a vendor's own answers: a declined card is a response, not a `KeybrakeError`.
 *
 * @example
 * try {
 *   await key.fetch("/v1/payment_intents", { method: "POST", body });
 * } catch (error) {
 *   if (!KeybrakeError.isInstance(error)) throw error;
 *   return error.toResponse();
 * }
 */
export class KeybrakeError extends Error {
  override readonly name: string = "KeybrakeError";
  /** The contract's code, such as `cap_exhausted`. */
  readonly code: string;
  /** The HTTP status of the refusal. */
  readonly status: number;
  /** Whether the same call can succeed later as it is, and a retry can't charge twice. */
  readonly retryable: boolean;
  /** `Keybrake-Request-Id` of the refused call; find it in the audit log. */
  readonly requestId: string | undefined;
  /** Where the code is explained. */
  readonly docUrl: string;

  constructor(options: KeybrakeErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.status = options.status ?? ERROR_STATUS[options.code as ErrorCode] ?? 500;
    this.retryable = options.retryable ?? RETRYABLE.has(options.code);
    this.requestId = options.requestId;
    this.docUrl = toDocUrl(options.code);
    // A mark instead of instanceof: two copies of this package in one program still know each other's errors.
    Object.defineProperty(this, MARK, { value: true });
  }

  /** Whether a value is a `KeybrakeError`, also one from another copy of this package. */
  static isInstance(value: unknown): value is KeybrakeError {
    return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[MARK] === true;
  }

  toJSON(): Record<string, unknown> {
    const { name, code, message, status, retryable, requestId, docUrl } = this;
    return { name, code, message, status, retryable, requestId, docUrl };
  }

  /**
   * What an agent backend answers its own caller: a spent cap is 402 `{ error: "spend_cap_exceeded" }`, an
   * unavailable key 503 `{ error: "vault_key_unavailable" }`. The body names no budget, amount or key.
   */
  toResponse(): Response {
    const { status, error } = toCallerAnswer(this.code);
    const headers = new Headers({ "cache-control": "no-store" });
    if (this.requestId) headers.set("keybrake-request-id", this.requestId);
    return Response.json({ error }, { status, headers });
  }
}

/** A cap of the key or of one of its budgets has no room for the call. */
export class CapExhaustedError extends KeybrakeError {
  override readonly name: string = "CapExhaustedError";
  /** Which limit it was, what is spent and held of it, what the call needed, when it resets. USD as decimal text. */
  readonly details: CamelKeys<WireLimitDetails> | undefined;

  constructor(options: KeybrakeErrorOptions & { details?: WireLimitDetails | undefined }) {
    super(options);
    this.details = options.details && fromWire(options.details);
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), details: this.details };
  }
}

/** The key has made as many calls as its policy allows. */
export class CallLimitError extends KeybrakeError {
  override readonly name: string = "CallLimitError";
}

/** The key's policy does not list the endpoint. */
export class EndpointNotAllowedError extends KeybrakeError {
  override readonly name: string = "EndpointNotAllowedError";
}

/** The key has a cap and nobody can tell beforehand what the endpoint may cost. */
export class UnpricedEndpointError extends KeybrakeError {
  override readonly name: string = "UnpricedEndpointError";
}

/** The key's life is over. */
export class KeyExpiredError extends KeybrakeError {
  override readonly name: string = "KeyExpiredError";
}

/** The key was revoked. */
export class KeyRevokedError extends KeybrakeError {
  override readonly name: string = "KeyRevokedError";
}

/** Too many calls in the last minute. */
export class RateLimitedError extends KeybrakeError {
  override readonly name: string = "RateLimitedError";
  /** Seconds to wait before the next call. */
  readonly retryAfterSeconds: number;

  constructor(options: KeybrakeErrorOptions & { retryAfterSeconds: number }) {
    super(options);
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  override toResponse(): Response {
    const response = super.toResponse();
    response.headers.set("retry-after", String(this.retryAfterSeconds));
    return response;
  }
}

/** The policy was not accepted; nothing was issued. */
export class InvalidPolicyError extends KeybrakeError {
  override readonly name: string = "InvalidPolicyError";
  /** Every field that is wrong, and why. */
  readonly issues: PolicyIssue[];

  constructor(options: KeybrakeErrorOptions & { issues: PolicyIssue[] }) {
    super(options);
    this.issues = options.issues;
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), issues: this.issues };
  }
}

/** The control API could not be reached, or failed: no key, so no call. */
export class VaultKeyUnavailableError extends KeybrakeError {
  override readonly name: string = "VaultKeyUnavailableError";

  constructor(options: Omit<KeybrakeErrorOptions, "code" | "status">) {
    super({ ...options, code: "vault_key_unavailable", status: 503 });
  }
}

/** The vendor did not answer in time. Its reservation stands, since the vendor may have done the work. */
export class TimeoutError extends KeybrakeError {
  override readonly name: string = "TimeoutError";
}

/** Whether a response is Keybrake's refusal. The proxy strips `X-Keybrake-Code` from vendors' responses. */
export function isRefusal(response: Response): boolean {
  return response.headers.has("x-keybrake-code");
}

/** The typed error of a refusal that came over the wire. Its body may be cut short, or missing. */
export async function readRefusal(response: Response): Promise<KeybrakeError> {
  const code = response.headers.get("x-keybrake-code") ?? "";
  const body: unknown = await response.json().catch(() => undefined);
  return toTypedError(code, response, Object(body));
}

function toTypedError(code: string, response: Response, body: Partial<WireErrorEnvelope>): KeybrakeError {
  const { message, details, issues, retryable } = body;
  const requestId = response.headers.get("keybrake-request-id") ?? body.request_id;
  const options: KeybrakeErrorOptions = {
    code,
    message: typeof message === "string" ? message : `Keybrake refused the call: ${code}`,
    status: response.status,
    ...(requestId ? { requestId } : {}),
    ...(typeof retryable === "boolean" ? { retryable } : {}),
  };
  switch (code) {
    case "cap_exhausted":
      return new CapExhaustedError({
        ...options,
        details: typeof details?.limit === "string" ? details : undefined,
      });
    case "call_limit_reached":
      return new CallLimitError(options);
    case "endpoint_not_allowed":
      return new EndpointNotAllowedError(options);
    case "unpriced_endpoint":
      return new UnpricedEndpointError(options);
    case "key_expired":
      return new KeyExpiredError(options);
    case "key_revoked":
      return new KeyRevokedError(options);
    case "rate_limited":
      return new RateLimitedError({
        ...options,
        retryAfterSeconds: Number(response.headers.get("retry-after") ?? 1),
      });
    case "invalid_policy":
      return new InvalidPolicyError({ ...options, issues: Array.isArray(issues) ? issues : [] });
    case "upstream_timeout":
      return new TimeoutError(options);
    default:
      return new KeybrakeError(options);
  }
}
