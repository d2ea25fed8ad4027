import { CapExhaustedError, KeybrakeError } from "./errors.ts";
import { isCapExhausted } from "./is-cap-exhausted.ts";
import { toDocUrl } from "./protocol.ts";

/**
 * The refusal in whatever a handler threw: a {@link KeybrakeError} as it is; a refusal that the Stripe or Twilio SDK
 * raised as an error of its own as a {@link KeybrakeError} of the same code with that error as its `cause`, a spent
 * cap as a {@link CapExhaustedError}; anything else `undefined`.
 *
 * @example
 * catch (error) {
 *   const refusal = toKeybrakeError(error);
 *   if (!refusal) throw error;
 *   return refusal.toResponse();
 * }
 */
export function toKeybrakeError(error: unknown): KeybrakeError | undefined {
  if (KeybrakeError.isInstance(error)) return error;
  if (isCapExhausted(error)) {
    return new CapExhaustedError({
      code: "cap_exhausted",
      message: "A spend cap is exhausted.",
      cause: error,
    });
  }
  const code = readCode(error);
  if (code === undefined) return undefined;
  return new KeybrakeError({ code, message: `Keybrake refused the call: ${code}`, cause: error });
}

/** The code of a refusal, known by the page that explains it: vendors have codes of the same names. */
function readCode(error: unknown): string | undefined {
  const { code, doc_url, moreInfo } = Object(error) as {
    code?: unknown;
    doc_url?: unknown;
    moreInfo?: unknown;
  };
  return typeof code === "string" && (doc_url ?? moreInfo) === toDocUrl(code) ? code : undefined;
}
