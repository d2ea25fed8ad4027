import { fingerprint } from "../secrets.ts";
import type { Call } from "./call.ts";

/** The headers of a request to a vendor, by their names in lower case. */
export type VendorHeaders = Record<string, string | string[]>;

const OUR_PRODUCT = /keybrake\/\S*/gi;

/** Names the key's label in the User-Agent, where the vendor's request log shows it. The agent can't name another. */
export function nameAgent(headers: VendorHeaders, { key }: Call): void {
  const given = String(headers["user-agent"] ?? "").replace(OUR_PRODUCT, "");
  const label = encodeURIComponent(key?.label ?? "").replace(/[()]/g, toEscape);
  headers["user-agent"] = [...given.split(/\s+/), `keybrake/${label}`].filter(Boolean).join(" ");
}

/** Parentheses begin and end a comment in a User-Agent. */
function toEscape(character: string): string {
  return `%${character.charCodeAt(0).toString(16)}`;
}

/**
 * Replaces the idempotency key by one of the tenant's own. To the vendor all tenants of a shared credential are one
 * client: the same key from two of them would give one tenant the other's response.
 */
export function separateTenants(headers: VendorHeaders, { vendor, key }: Call): void {
  for (const name of new Set(["idempotency-key", vendor.idempotency?.header ?? ""])) {
    const given = headers[name];
    if (given === undefined) continue;
    if (given === "") delete headers[name];
    else headers[name] = `kb_${fingerprint(key?.tenant ?? "", String(given))}`;
  }
}
