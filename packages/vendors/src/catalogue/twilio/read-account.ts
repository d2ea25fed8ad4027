const SID = /^AC[0-9a-f]{32}/i;

/**
 * The accounts that a path acts on and that are not the credential's own, joined by commas; `undefined` where there
 * is none. A sub-account's SID in the path is another wallet: https://www.twilio.com/docs/iam/api/subaccounts
 */
export function readForeignAccount(path: string, own: string): string | undefined {
  const [, version = "", accounts = "", account, ...rest] = path.split("/");
  const isAccountPath = /^20\d\d-/.test(version) && accounts.toLowerCase() === "accounts";
  const named = (isAccountPath ? [account, ...rest.filter(isSid)] : path.split("/").filter(isSid))
    .filter((segment) => segment !== undefined)
    .map((segment) => segment.split(".", 1)[0] ?? "");
  const foreign = [...new Set(named)].filter((sid) => sid !== own);
  return foreign.length === 0 ? undefined : foreign.join(",");
}

function isSid(segment: string): boolean {
  return SID.test(segment);
}
