/**
 * The Resend SDK through a vault key.
 *
 * @module
 */
import type { VaultKey } from "./vault-key.ts";

/**
 * Options that send a `Resend` client's calls through the proxy. The SDK returns refusals, as it does Resend's own
 * errors, and throws none: look at `error`.
 *
 * @example
 * const resend = new Resend(key.token, resendOptions(key));
 * const { error } = await resend.emails.send(email);
 * if (isCapExhausted(error)) return res.status(402).json({ error: "spend_cap_exceeded" });
 */
export function resendOptions({ baseUrl }: Pick<VaultKey, "baseUrl">): { baseUrl: string } {
  return { baseUrl };
}
