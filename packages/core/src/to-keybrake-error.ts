import { CapExhaustedError, KeybrakeError } from "./errors.ts";
import { readCodeHeader } from "./has-refusal-code.ts";
import { isCapExhausted } from "./is-cap-exhausted.ts";
import { listCauses } from "./list-causes.ts";
import { toDocUrl } from "./protocol/error-code.ts";
import type { VaultKey } from "./vault-key.ts";

/**
 * Finds the refusal in whatever a handler threw, also when another error wraps it (`cause`, `AggregateError`). Returns a
 * {@link KeybrakeError} as it is. A refusal that another client raised as an error of its own (the Stripe and Twilio
 * SDKs, axios, got) becomes a {@link KeybrakeError} of the same code with that error as its `cause`; an exhausted cap
 * becomes a {@link CapExhaustedError}. Returns `undefined` for anything else.
 *
 * @param key the key of the work that threw. It knows an exhausted cap's details, which vendors' SDKs leave out, and the
 * refusal of work that threw an error of its own instead. Give it when the work must not run again under another key
 * @example
 * catch (error) {
 *   const refusal = toKeybrakeError(error);
 *   if (!refusal) throw error;
 *   return refusal.toResponse();
 * }
 */
export function toKeybrakeError(
  error: unknown,
  key?: Pick<VaultKey, "capRefusal">,
): KeybrakeError | undefined {
  const causes = listCauses(error);
  const own = causes.find((cause) => KeybrakeError.isInstance(cause));
  if (own) return own as KeybrakeError;
  if (isCapExhausted(error)) {
    const message = "A spend cap is exhausted.";
    return key?.capRefusal ?? new CapExhaustedError({ code: "cap_exhausted", message, cause: error });
  }
  const refusal = causes.find((cause) => readCode(cause) !== undefined);
  const code = readCode(refusal);
  if (code === undefined) return key?.capRefusal;
  const { message, retryable } = readBody(refusal);
  return new KeybrakeError({
    code,
    message: typeof message === "string" ? message : `Keybrake refused the call: ${code}`,
    // The vendor might have acted, and the client doesn't tell whether a retry can charge twice.
    ...(code.startsWith("upstream_") || typeof retryable === "boolean"
      ? { retryable: retryable === true }
      : {}),
    cause: error,
  });
}

/** What is kept of the refusal's body: by the Stripe SDK as `raw`, by axios and got in their response. */
function readBody(error: unknown): { message?: unknown; retryable?: unknown } {
  const { raw, response } = Object(error) as { raw?: unknown; response?: { data?: unknown; body?: unknown } };
  return Object(
    [raw, response?.data, response?.body].find((body) => typeof body === "object" && body !== null),
  );
}

/** The code of a refusal, known by our own header or by the page that explains it: vendors have codes of the same names. */
function readCode(error: unknown): string | undefined {
  const { code, doc_url, moreInfo } = Object(error) as {
    code?: unknown;
    doc_url?: unknown;
    moreInfo?: unknown;
  };
  if (typeof code === "string" && (doc_url ?? moreInfo) === toDocUrl(code)) return code;
  return readCodeHeader(error);
}
