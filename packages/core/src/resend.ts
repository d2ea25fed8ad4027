/**
 * The Resend SDK through a vault key.
 *
 * @module
 */
import { unusableSdk } from "./unusable-sdk.ts";
import type { VaultKey } from "./vault-key.ts";

/** The part of the `Resend` class this needs, so that core needs no Resend. */
type ResendClass = new (key: string, options: { baseUrl: string }) => object;

/**
 * Options that send a `Resend` client's calls through the proxy. The SDK returns refusals, as it does Resend's own
 * errors, and throws none: look at `error`.
 *
 * @throws {TypeError} when the installed version of the SDK ignores `baseUrl`, as 4.x and early 6.x do
 * @example
 * const resend = new Resend(key.token, resendOptions(key, Resend));
 * const { error } = await resend.emails.send(email);
 * if (isCapExhausted(error)) return res.status(402).json({ error: "spend_cap_exceeded" });
 */
export function resendOptions(
  { baseUrl }: Pick<VaultKey, "baseUrl">,
  Resend: ResendClass,
): { baseUrl: string } {
  const probe = new Resend("re_none", { baseUrl }) as { baseUrl?: unknown };
  if (probe.baseUrl !== baseUrl) throw unusableSdk("resend", "baseUrl option");
  return { baseUrl };
}
