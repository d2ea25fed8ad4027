/**
 * The code of a refusal in whatever a caller was handed: our own error, the same refusal as the Stripe and Twilio
 * SDKs throw it, as the Resend and Shopify SDKs return it, or as plain callers read it from the body.
 */
export function hasRefusalCode(value: unknown, isMeant: (code: unknown) => boolean): boolean {
  const { error, errors } = (value ?? {}) as { error?: unknown; errors?: unknown };
  return [value, error, errors].some((candidate) => codesOf(candidate).some(isMeant));
}

function codesOf(candidate: unknown): unknown[] {
  const { code, response } = (candidate ?? {}) as { code?: unknown; response?: { headers?: unknown } };
  const { headers } = response ?? {};
  // Shopify's client tells no more of a refused call than its response.
  return headers instanceof Headers ? [code, headers.get("x-keybrake-code")] : [code];
}
