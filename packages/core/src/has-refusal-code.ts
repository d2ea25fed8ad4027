import { listCauses } from "./list-causes.ts";

/**
 * Whether what a caller was handed carries the code of a refusal: our own error, the same refusal as the Stripe and
 * Twilio SDKs throw it, as axios and got throw it, as the Resend and Shopify SDKs return it, or as plain callers read it
 * from a response. Also when another error wraps it.
 */
export function hasRefusalCode(value: unknown, isMeant: (code: unknown) => boolean): boolean {
  return listCauses(value).some((each) => {
    const { error, errors } = (each ?? {}) as { error?: unknown; errors?: unknown };
    return [each, error, errors].some((candidate) => codesOf(candidate).some(isMeant));
  });
}

function codesOf(candidate: unknown): unknown[] {
  const { code } = (candidate ?? {}) as { code?: unknown };
  return [code, readCodeHeader(candidate)];
}

/** The code in the headers of a response, or of an error that carries one: some clients tell no more. */
export function readCodeHeader(candidate: unknown): string | undefined {
  const { headers, response } = (candidate ?? {}) as {
    headers?: unknown;
    response?: { headers?: unknown } | null;
  };
  return readHeader(headers) ?? readHeader(response?.headers);
}

/** From `Headers`, or from an object of headers as axios and got have it. */
function readHeader(headers: unknown): string | undefined {
  if (headers instanceof Headers) return headers.get("x-keybrake-code") ?? undefined;
  if (typeof headers !== "object" || headers === null) return undefined;
  const name = Object.keys(headers).find((key) => key.toLowerCase() === "x-keybrake-code");
  const value: unknown = name === undefined ? undefined : (headers as Record<string, unknown>)[name];
  return typeof value === "string" ? value : undefined;
}
