import type { VendorDefinition } from "@keybrake/vendors";
import * as z from "zod";
import type { Secret } from "../secrets.ts";
import { type CredentialSource, fixedCredential, grantedCredential } from "../upstream/credential.ts";
import { ConfigError } from "./config-error.ts";

const credential = z.union([
  z.string().min(1),
  z.strictObject({
    client_id: z.string().min(1),
    client_secret: z.string().min(1),
    token_path: z.string().startsWith("/"),
  }),
]);

type GivenCredential = z.output<typeof credential>;

const entryFields = {
  test_credential: credential.optional(),
  account: z.string().min(1).optional(),
  test_account: z.string().min(1).optional(),
};

/** The part of a vendor's configuration that says whose money its calls move. */
export const credentialFields = {
  ...entryFields,
  credential: credential.optional(),
  tenants: z.record(z.string().min(1), z.strictObject({ ...entryFields, credential })).default({}),
  shared: z.boolean().optional(),
};

type CredentialConfig = z.output<z.ZodObject<typeof credentialFields>>;

/** A vendor credential, and whose it is. */
export interface ConfiguredCredential {
  fetch: CredentialSource;
  /** The account that it belongs to. Empty at vendors whose paths name no accounts. */
  account: string;
  /** Whether several tenants use it, so that the vendor can't tell their idempotency keys apart. */
  isShared: boolean;
}

/** The credentials that a vault key's calls use, by the key's mode. */
export interface CredentialEntry {
  live: ConfiguredCredential;
  test: ConfiguredCredential | undefined;
}

/** The credential entries of a vendor. */
export interface VendorCredentials {
  /** Checks whether a tenant has an entry of its own. */
  isOwn(tenant: string): boolean;
  /** Finds the entry that new keys of a tenant use. `undefined` if the tenant has none and the vendor's isn't shared. */
  findForIssue(tenant: string): CredentialEntry | undefined;
  /** Finds the tenant's own entry, or else the vendor's. `undefined` if it isn't in the configuration any more. */
  find(tenant: string, own: boolean): CredentialEntry | undefined;
}

/** Reads a secret that the configuration refers to. */
export type ReadSecret = (reference: string, place: string) => Secret;

/** What reading the credentials needs to know. */
interface Surroundings {
  definition: Pick<VendorDefinition, "auth" | "upstream" | "pathAccounts">;
  /** Every tenant that a token belongs to. */
  tenants: ReadonlySet<string>;
  readSecret: ReadSecret;
  /** Unix time in ms. */
  clock: () => number;
}

/**
 * @param place where in the configuration the vendor is, such as `vendors.stripe`
 * @throws {ConfigError} the first thing that is wrong, by its place
 */
export function configureCredentials(
  place: string,
  config: CredentialConfig,
  surroundings: Surroundings,
): VendorCredentials {
  const { tenants } = surroundings;
  const without = [...tenants].filter((tenant) => !Object.hasOwn(config.tenants, tenant));
  refuseUnknownTenants(place, config, tenants, without);
  requireShared(place, config, tenants, without);
  if (config.credential === undefined) refuseMissing(place, config, without);
  const ofVendor =
    config.credential === undefined
      ? undefined
      : toEntry(place, { ...config, credential: config.credential }, surroundings, config.shared === true);
  const ofTenants = new Map(
    Object.entries(config.tenants).map(([tenant, entry]) => [
      tenant,
      toEntry(`${place}.tenants.${tenant}`, entry, surroundings, false),
    ]),
  );
  const find: VendorCredentials["find"] = (tenant, own) => (own ? ofTenants.get(tenant) : ofVendor);
  return {
    find,
    isOwn: (tenant) => ofTenants.has(tenant),
    findForIssue: (tenant) =>
      ofTenants.get(tenant) ?? (config.shared === false ? undefined : find(tenant, false)),
  };
}

/**
 * A misspelt name would leave a tenant on the credential that it shares with the others. If every tenant has its entry,
 * one more is of a tenant whose token was removed, and whose keys still work.
 */
function refuseUnknownTenants(
  place: string,
  config: CredentialConfig,
  tenants: ReadonlySet<string>,
  without: readonly string[],
): void {
  const unknown = Object.keys(config.tenants).find((tenant) => !tenants.has(tenant));
  if (unknown === undefined || without.length === 0) return;
  throw new ConfigError(
    `${place}.tenants.${unknown}: no token belongs to this tenant, and the tenant ${without[0]} has no entry. Correct the name, or remove the entry`,
  );
}

/** Several tenants on one account can read and refund each other's objects: only the operator can want that. */
function requireShared(
  place: string,
  { shared }: CredentialConfig,
  tenants: ReadonlySet<string>,
  without: readonly string[],
): void {
  if (shared !== undefined || tenants.size < 2 || without.length === 0) return;
  const [first, ...others] = without;
  const who =
    others.length === 0
      ? `the tenant ${first} has no credential of its own`
      : `${without.length} tenants, such as ${first}, have no credential of their own`;
  throw new ConfigError(
    `${place}.shared: missing, and ${who}. Add ${place}.tenants.${first}.credential, or set shared to true (such tenants use ${place}.credential) or to false (they get no vault keys)`,
  );
}

function refuseMissing(place: string, config: CredentialConfig, without: readonly string[]): void {
  const [first] = without;
  if (config.shared === true) {
    throw new ConfigError(
      `${place}.credential: missing. With shared: true it is the credential of every tenant without an entry`,
    );
  }
  if (config.shared === undefined && first !== undefined) {
    throw new ConfigError(
      `${place}.credential: missing. Set it, or ${place}.tenants.${first}.credential for the tenant ${first} alone`,
    );
  }
  const beside = (["test_credential", "account", "test_account"] as const).find(
    (name) => config[name] !== undefined,
  );
  if (beside !== undefined) throw new ConfigError(`${place}.${beside}: needs ${place}.credential beside it`);
}

function toEntry(
  place: string,
  given: CredentialConfig["tenants"][string],
  { definition, readSecret, clock }: Surroundings,
  isShared: boolean,
): CredentialEntry {
  const { auth, upstream, pathAccounts } = definition;

  function toSource(from: GivenCredential, name: string): CredentialSource {
    if (typeof from === "string") return fixedCredential(auth, readSecret(from, name));
    const { client_id: clientId, client_secret: secret, token_path: tokenPath } = from;
    const clientSecret = readSecret(secret, `${name}.client_secret`);
    return grantedCredential(auth, { clientId, clientSecret, tokenOrigin: upstream, tokenPath }, clock);
  }

  /** The account that the operator names, or else the half of a Basic credential before the colon. */
  function toAccount(from: GivenCredential, account: string | undefined, prefix: "" | "test_"): string {
    if (!pathAccounts) return "";
    const name = `${place}.${prefix}credential`;
    const own = account ?? readCredentialId(from, name, readSecret);
    if (pathAccounts.isAccount(own)) return own;
    throw new ConfigError(`${name}: must be ${pathAccounts.credentialForm} as ${prefix}account`);
  }

  function configure(
    from: GivenCredential,
    account: string | undefined,
    prefix: "" | "test_",
  ): ConfiguredCredential {
    return {
      fetch: toSource(from, `${place}.${prefix}credential`),
      account: toAccount(from, account, prefix),
      isShared,
    };
  }

  const { credential: live, test_credential: test, account, test_account } = given;
  return {
    live: configure(live, account, ""),
    test: test === undefined ? undefined : configure(test, test_account, "test_"),
  };
}

function readCredentialId(given: GivenCredential, place: string, readSecret: ReadSecret): string {
  if (typeof given !== "string") return given.client_id;
  const secret = readSecret(given, place).reveal();
  return secret.includes(":") ? secret.slice(0, secret.indexOf(":")) : "";
}
