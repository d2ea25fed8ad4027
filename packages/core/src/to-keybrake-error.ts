import { CapExhaustedError, KeybrakeError } from "./errors.ts";
import { isCapExhausted } from "./is-cap-exhausted.ts";

/**
 * The refusal in whatever a handler threw: a {@link KeybrakeError} as it is, a spent cap as a vendor's SDK raised it
 * as a {@link CapExhaustedError} with that error as its `cause`, anything else `undefined`.
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
  if (!isCapExhausted(error)) return undefined;
  return new CapExhaustedError({ code: "cap_exhausted", message: "A spend cap is exhausted.", cause: error });
}
