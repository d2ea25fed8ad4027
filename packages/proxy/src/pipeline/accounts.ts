import type { KeyRecord } from "@keybrake/ledger";
import { Refused } from "../refusals/refused.ts";
import type { Call } from "./call.ts";

const NONE: readonly string[] = [];

/**
 * Which of the vendor's accounts a call acts on: another account is another wallet. It is kept with the call, so that
 * the ledger keeps the accounts apart.
 *
 * @throws {Refused} the key's policy doesn't allow the account, or the header that names it is empty or repeated
 */
export function checkAccounts(call: Call, key: KeyRecord): void {
  const named = listAccounts(call);
  const foreign = named.length === 0 ? NONE : named.filter((account) => account !== call.source.account);
  call.account = foreign.join(",");
  const { accounts } = key.policy;
  if (accounts.includes("*")) return;
  const actsOnOwn = accounts.length === 0 || accounts.includes("self");
  if (!actsOnOwn && named.length === 0) throw notNamed(call, accounts);
  const mustBeListed = actsOnOwn ? foreign : named;
  if (mustBeListed.some((account) => !accounts.includes(account))) throw notAllowed();
}

/** Every account that a call names, the credential's own too. */
function listAccounts({ vendor, request, target }: Call): readonly string[] {
  const ofPath = vendor.pathAccounts?.read(target.path) ?? NONE;
  const headers = vendor.accountHeaders?.filter((name) => request.headers[name] !== undefined) ?? NONE;
  if (headers.length === 0) return ofPath;
  return [...headers.map((name) => readOnce(request, name)), ...ofPath];
}

function readOnce({ headers, rawHeaders }: Call["request"], name: string): string {
  const count = rawHeaders.filter((given, index) => index % 2 === 0 && given.toLowerCase() === name).length;
  const value = String(headers[name]).trim();
  // Node joins a header that is given twice, and another server may read only one of the two.
  if (count === 1 && value !== "" && !value.includes(",")) return value;
  throw new Refused({
    code: "malformed_request",
    message: `Malformed request: ${name} must be given once, with one account. Nothing was forwarded.`,
  });
}

function notNamed({ vendor }: Call, accounts: readonly string[]): Refused {
  const header = vendor.accountHeaders?.[0];
  const how = header === undefined ? "in the path" : `in the ${header} header`;
  return new Refused({
    code: "account_not_allowed",
    message: `The vault key can act on ${accounts.join(", ")}, and the call names no account. Name one ${how}, or issue a key whose accounts include "self", the credential's own account.`,
  });
}

function notAllowed(): Refused {
  return new Refused({
    code: "account_not_allowed",
    message:
      "The vault key can't act on the account that the call names. Issue a key whose accounts list it.",
  });
}
