/**
 * Whether what a caller was handed carries the code of a refusal: our own error, the same refusal as the Stripe and
 * Twilio SDKs throw it, as the Resend and Shopify SDKs return it, or as plain callers read it from a response.
 */
export function hasRefusalCode(value: unknown, isMeant: (code: unknown) => boolean): boolean {
  const { error, errors } = (value ?? {}) as { error?: unknown; errors?: unknown };
  return [value, error, errors].some((candidate) => codesOf(candidate).some(isMeant));
}

function codesOf(candidate: unknown): unknown[] {
  const { code, headers, response } = (candidate ?? {}) as {
    code?: unknown;
    headers?: unknown;
    response?: { headers?: unknown };
  };
  return [code, readHeader(headers), readHeader(response?.headers)];
}

/** Shopify's client tells no more of a refused call than its response. */
function readHeader(headers: unknown): string | null | undefined {
  return headers instanceof Headers ? headers.get("x-keybrake-code") : undefined;
}
