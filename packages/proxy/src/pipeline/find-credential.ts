import type { KeyRecord } from "@keybrake/ledger";
import type { ConfiguredCredential } from "../config/configure-credentials.ts";
import { Refused } from "../refusals/refused.ts";
import type { Call } from "./call.ts";

/**
 * Finds the credential that the calls of a key use. A key keeps the entry it was issued for: another entry may belong to
 * another account, and would move another account's money.
 *
 * @throws {Refused} if the entry isn't in the configuration any more
 */
export function findCredential({ vendor }: Call, { tenant, mode, policy }: KeyRecord): ConfiguredCredential {
  const found = vendor.credentials.find(tenant, policy.tenantCredential === true)?.[mode];
  if (found) return found;
  throw new Refused({
    code: "account_not_allowed",
    message: `The ${mode} credential for ${vendor.name} that this vault key was issued for is no longer configured. Nothing was forwarded. Issue a new vault key.`,
  });
}
