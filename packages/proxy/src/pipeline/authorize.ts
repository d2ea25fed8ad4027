import type { KeyRecord } from "@keybrake/ledger";
import { Refused } from "../refusals/refused.ts";
import { checkAccounts } from "./accounts.ts";
import { type Call, refuseForPolicy } from "./call.ts";
import { getEndpointBounds, isAllowed } from "./endpoint-rules.ts";
import { findCredential } from "./find-credential.ts";

/** Step 3: whether the key may call this endpoint, on this account, and whose credential the call gets. */
export function authorize(call: Call, key: KeyRecord): void {
  const { method, path } = call.target;
  call.route = call.vendor.findRoute(method, path);
  if (!isAllowed(key.policy, method, path)) {
    refuseForPolicy(call, {
      code: "endpoint_not_allowed",
      message: `The vault key's allowed_endpoints don't list ${method} ${path}. Nothing was forwarded. Issue a key whose list has "${method} ${path}".`,
    });
  }
  call.source = findCredential(call, key);
  call.endpointBounds = getEndpointBounds(key.policy, method, path);
  checkAccounts(call, key);
  refuseSecrets(call);
}

/** A secret in an answer would undo the vault, so no policy opens these: only the operator does, by name. */
function refuseSecrets(call: Call): void {
  const { vendor, target, route } = call;
  if (route.price === "secret" || vendor.secretQuery?.test(target.query)) refuseSecret(call);
}

/** @throws {Refused} for a shadow key too, unless the operator has opened the endpoint */
export function refuseSecret({ vendor, target }: Call): void {
  const { method, path } = target;
  if (vendor.allowsSecret(method, path)) return;
  throw new Refused({
    code: "secret_endpoint",
    message: `The response to ${method} ${path} would contain a secret, so the call is refused. Nothing was forwarded. If the agent needs it, ask the operator to list the endpoint in allow_secret_endpoints.`,
  });
}
