const SID = /^AC[0-9a-f]{32}/i;

/**
 * The accounts that a path acts on. A sub-account's SID in the path is another wallet:
 * https://www.twilio.com/docs/iam/api/subaccounts
 */
export function readAccounts(path: string): string[] {
  const [, version = "", accounts = "", account, ...rest] = path.split("/");
  const isAccountPath = /^20\d\d-/.test(version) && accounts.toLowerCase() === "accounts";
  const named = isAccountPath ? [account, ...rest.filter(isSid)] : path.split("/").filter(isSid);
  const sids = named
    .filter((segment) => segment !== undefined)
    .map((segment) => segment.split(".", 1)[0] ?? "");
  return [...new Set(sids)];
}

function isSid(segment: string): boolean {
  return SID.test(segment);
}
