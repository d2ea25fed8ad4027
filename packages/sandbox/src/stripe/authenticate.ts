import type { IncomingHttpHeaders } from "node:http";
import type { Account } from "./account.ts";
import { invalidRequest } from "./errors.ts";

/** The account behind the key in `Authorization`: Bearer, or Basic with the key as the user. */
export function authenticate(headers: IncomingHttpHeaders, accounts: ReadonlyMap<string, Account>): Account {
  const key = readKey(headers.authorization ?? "");
  if (key === "") {
    throw invalidRequest(
      "You did not provide an API key. You need to provide your API key in the Authorization header, using " +
        "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication " +
        "for details, or we can help at https://support.stripe.com/.",
      {},
      401,
    );
  }
  const account = accounts.get(key);
  if (!account) throw invalidRequest(`Invalid API Key provided: ${mask(key)}`, {}, 401);
  // The emulator has no Connect accounts, and must not charge this account for another one.
  const other = headers["stripe-account"] ?? headers["stripe-context"];
  if (other !== undefined) {
    throw invalidRequest(
      `The provided key '${mask(key)}' does not have access to account '${String(other)}' (or that account ` +
        "does not exist). Application access may have been revoked.",
      { code: "account_invalid" },
      403,
    );
  }
  return account;
}

function readKey(authorization: string): string {
  const [scheme = "", credential = ""] = authorization.trim().split(/\s+/);
  switch (scheme.toLowerCase()) {
    case "bearer":
      return credential;
    case "basic":
      return Buffer.from(credential, "base64").toString().split(":")[0] ?? "";
    default:
      return "";
  }
}

function mask(key: string): string {
  return key.length < 12 ? "****" : `${key.slice(0, 3)}****${key.slice(-4)}`;
}
