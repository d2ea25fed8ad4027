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
  return hasCapCode(error) || hasCapCode((error as { error?: unknown } | null | undefined)?.error);
}

function hasCapCode(value: unknown): boolean {
  return (value as { code?: unknown } | null | undefined)?.code === "cap_exhausted";
}
