import { hasRefusalCode } from "./has-refusal-code.ts";

/**
 * Whether an error says that a cap is spent: our own {@link CapExhaustedError}, the same refusal as the Stripe
 * and Twilio SDKs throw it, or as the Resend and Shopify SDKs return it and plain callers read it from the body.
 *
 * @example
 * catch (error) {
 *   if (isCapExhausted(error)) return res.status(402).json({ error: "spend_cap_exceeded" });
 *   throw error;
 * }
 */
export function isCapExhausted(error: unknown): boolean {
  return hasRefusalCode(error, (code) => code === "cap_exhausted");
}
