import type { IncomingHttpHeaders } from "node:http";
import type { KeyRecord, Ledger, MaybePromise } from "@keybrake/ledger";
import type { VendorDefinition } from "@keybrake/vendors";
import { toRefusal } from "../refusals/limit-refusal.ts";
import { KEY_EXPIRED, KEY_REVOKED, Refused } from "../refusals/refused.ts";
import { hashToken, holdsToken, isWellFormedToken } from "../secrets.ts";
import type { Call } from "./call.ts";

/** Step 2: who calls. The key's state is read again inside the reservation; here it only decides early. */
export function authenticate(call: Call, store: Ledger): MaybePromise<KeyRecord> {
  const token = readToken(call.request.headers, call.vendor);
  if (token === undefined || !isWellFormedToken(token)) throw invalidKey();
  const found = store.findKey(hashToken(token));
  return found instanceof Promise ? found.then((key) => accept(call, key)) : accept(call, found);
}

function accept(call: Call, key: KeyRecord | undefined): KeyRecord {
  if (!key) throw invalidKey();
  call.key = key;
  if (key.revokedAt !== null) throw new Refused({ code: "key_revoked", message: KEY_REVOKED });
  if (key.expiresAt <= call.clock()) {
    throw new Refused({ code: "key_expired", message: KEY_EXPIRED });
  }
  if (key.vendor !== call.vendor.name) {
    throw new Refused({
      code: "vendor_mismatch",
      message: `This vault key is for ${key.vendor}, not for ${call.vendor.name}. Issue one for ${call.vendor.name}.`,
    });
  }
  refuseFrozen(key);
  refuseTokenElsewhere(call);
  call.accepted = true;
  return key;
}

function refuseFrozen({ frozen, frozenBy }: KeyRecord): void {
  if (!frozen && frozenBy === undefined) return;
  const limit = frozen ? "key:frozen" : `freeze:${frozenBy}`;
  throw new Refused(toRefusal({ code: "key_frozen", limit }));
}

/** The vault key from where the vendor's own SDK puts the vendor's key. */
function readToken(headers: IncomingHttpHeaders, vendor: VendorDefinition): string | undefined {
  const own = vendor.tokenHeader === undefined ? undefined : headers[vendor.tokenHeader];
  if (typeof own === "string") return own.slice(own.lastIndexOf(" ") + 1);
  const match = /^(Bearer|Basic) ([^\s]+)$/i.exec(headers.authorization ?? "");
  if (!match) return undefined;
  const [, scheme = "", credential = ""] = match;
  if (scheme.toLowerCase() === "bearer") return credential;
  const decoded = Buffer.from(credential, "base64").toString("latin1");
  const colon = decoded.indexOf(":");
  return [decoded.slice(colon + 1), decoded.slice(0, Math.max(0, colon))].find((half) =>
    half.startsWith("vk_"),
  );
}

/** A vault key must not travel to the vendor in any other header. */
function refuseTokenElsewhere({ request, vendor }: Call): void {
  if (!isTokenElsewhere(request.headers, vendor)) return;
  throw new Refused({
    code: "malformed_request",
    message:
      "Malformed request: the vault key also appears in another header. Send it only where the vendor's API key goes. Nothing was forwarded.",
  });
}

function isTokenElsewhere(headers: IncomingHttpHeaders, vendor: VendorDefinition): boolean {
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || name === "authorization" || name === vendor.tokenHeader) continue;
    if (holdsToken(typeof value === "string" ? value : value.join())) return true;
  }
  return false;
}

function invalidKey(): Refused {
  return new Refused({
    code: "invalid_key",
    message:
      "The proxy doesn't know this vault key. Send the token of an issued key (vk_live_…), not its id, where the vendor's API key goes.",
  });
}
