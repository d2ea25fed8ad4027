/** Every code of the wire and the HTTP status it always comes with. */
export const ERROR_STATUS = {
  malformed_request: 400,
  unreadable_amount: 400,
  invalid_token: 401,
  invalid_key: 401,
  key_expired: 401,
  key_revoked: 401,
  insufficient_role: 403,
  vendor_mismatch: 403,
  endpoint_not_allowed: 403,
  unpriced_endpoint: 403,
  currency_unpriced: 403,
  account_not_allowed: 403,
  secret_endpoint: 403,
  budget_frozen: 403,
  key_frozen: 403,
  not_found: 404,
  unknown_vendor: 404,
  idempotency_conflict: 409,
  key_ended: 409,
  request_too_large: 413,
  invalid_policy: 422,
  cap_exhausted: 429,
  call_limit_reached: 429,
  rate_limited: 429,
  internal_error: 500,
  upstream_unreachable: 502,
  store_unavailable: 503,
  upstream_timeout: 504,
} as const;

/** A code that the control API or the proxy gives. */
export type ErrorCode = keyof typeof ERROR_STATUS;

/** Where each code is explained. */
export function toDocUrl(code: string): string {
  return `https://keybrake.com/docs/errors#${code}`;
}
