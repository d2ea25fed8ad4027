import { createKeybrake, type Keybrake, KeybrakeError, type KeybrakeOptions } from "@keybrake/core";
import type { DenoKv } from "./deno-kv.ts";

/**
 * The client of one tenant, whose Keybrake token is kept in Deno KV as `["tenants", tenant, "keybrake_token"]`. It is
 * read anew each time, so that a token that was changed or removed is no longer used.
 *
 * @param options of the client, except for its token
 * @throws {KeybrakeError} `missing_token`, where the tenant has none; `KEYBRAKE_TOKEN` never stands in for it
 * @example
 * const kv = await Deno.openKv();
 * await kv.set(["tenants", "acme", "keybrake_token"], token);
 * const keybrake = await getTenantClient(kv, "acme");
 * const policy: Policy = { label: "acme/run-7", vendor: "stripe", budgets: [{ name: "org:acme", dailyUsdCap: 500 }] };
 * await keybrake.withVaultKey(policy, (key) => key.fetch("/v1/charges"));
 */
export async function getTenantClient(
  kv: DenoKv,
  tenant: string,
  options: Omit<KeybrakeOptions, "token"> = {},
): Promise<Keybrake> {
  const { value: token } = await kv.get(["tenants", tenant, "keybrake_token"]);
  if (typeof token === "string" && token !== "") return createKeybrake({ ...options, token });
  throw new KeybrakeError({
    code: "missing_token",
    status: 401,
    message: `No request was sent, because there is no Keybrake token for the tenant: Deno KV has no string at ${JSON.stringify(["tenants", tenant, "keybrake_token"])}. Store the tenant's token there.`,
  });
}
