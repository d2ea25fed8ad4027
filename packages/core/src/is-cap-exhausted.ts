/**
 * Whether an error says that a cap is spent: our own {@link CapExhaustedError}, the same refusal as the Stripe
 * and Twilio SDKs throw it, or as the Resend SDK and plain callers read it from the body.
 *
 * @example
 * catch (error) {
 *   if (isCapExhausted(error)) return res.status(402).json({ error: "spend_cap_exceeded" });
 *   throw error;
 * }
 */
export function isCapExhausted(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const { code, error: nested } = error as { code?: unknown; error?: unknown };
  return code === "cap_exhausted" || (nested !== error && isCapExhausted(nested));
}
