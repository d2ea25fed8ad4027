import type { KeyPolicy, KeyRecord } from "@keybrake/ledger";
import type { ResolvedConfig } from "../config/config.ts";
import { toInvalid } from "./operation.ts";

/**
 * Chooses the credential entry that the calls of a new key use: the tenant's own, or else the vendor's. A child key uses
 * its parent's.
 *
 * @throws {Refused} if the tenant has no credential for the vendor, or none for the key's mode
 */
export function chooseCredential(
  { vendors }: ResolvedConfig,
  { vendor, mode, tenant }: Pick<KeyRecord, "vendor" | "mode" | "tenant">,
  parent: KeyRecord | undefined,
): Pick<KeyPolicy, "tenantCredential"> {
  const configured = vendors.get(vendor);
  if (!configured) {
    const known = [...vendors.keys()].join(", ");
    throw toInvalid([
      { path: "vendor", message: `no vendor "${vendor}" is configured here (there is: ${known})` },
    ]);
  }
  const { credentials } = configured;
  const isOwn = parent ? parent.policy.tenantCredential === true : credentials.isOwn(tenant);
  const entry = parent ? credentials.find(tenant, isOwn) : credentials.findForIssue(tenant);
  if (!entry) {
    throw toInvalid([
      {
        path: "vendor",
        message: `this tenant has no credential for ${vendor}. The operator can set one in vendors.${vendor}.tenants`,
      },
    ]);
  }
  if (!entry[mode]) {
    throw toInvalid([{ path: "mode", message: `the vendor ${vendor} has no test_credential configured` }]);
  }
  return isOwn ? { tenantCredential: true } : {};
}
