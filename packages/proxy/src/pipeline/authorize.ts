import { compileEndpoints, type EndpointMatcher } from "@keybrake/core/protocol";
import type { KeyRecord } from "@keybrake/ledger";
import { Refused } from "../refusals/refused.ts";
import { checkAccounts } from "./accounts.ts";
import { type Call, refuseForPolicy } from "./call.ts";
import { findCredential } from "./find-credential.ts";

// By the policy's own list, which never changes and goes when the key's record goes. A ledger outside this process gives
// a new list with each call, so that the patterns themselves must find what was compiled.
const compiled = new WeakMap<string[], EndpointMatcher>();
const compiledByText = new Map<string, EndpointMatcher>();
const TEXTS_KEPT = 1_000;

/** Step 3: whether the key may call this endpoint, on this account, and whose credential the call gets. */
export function authorize(call: Call, key: KeyRecord): void {
  const { method, path } = call.target;
  call.route = call.vendor.findRoute(method, path);
  if (!isAllowed(key, method, path)) {
    refuseForPolicy(call, {
      code: "endpoint_not_allowed",
      message: `${method} ${path} is not among this vault key's allowed_endpoints. Issue a key that lists it.`,
    });
  }
  call.source = findCredential(call, key);
  checkAccounts(call, key);
  refuseSecrets(call);
}

function isAllowed(key: KeyRecord, method: string, path: string): boolean {
  const { allowedEndpoints, within } = key.policy;
  const lists = allowedEndpoints === undefined ? within : [allowedEndpoints, ...within];
  return lists.every((list) => getMatcher(list)(method, path));
}

function getMatcher(list: string[]): EndpointMatcher {
  const found = compiled.get(list);
  if (found) return found;
  const matches = compileOnce(list);
  compiled.set(list, matches);
  return matches;
}

function compileOnce(list: string[]): EndpointMatcher {
  const text = list.join("\n");
  const found = compiledByText.get(text);
  if (found) return found;
  const matches = compileEndpoints(list);
  if (compiledByText.size >= TEXTS_KEPT) compiledByText.clear();
  compiledByText.set(text, matches);
  return matches;
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
    message: `The answer to ${method} ${path} holds a secret, so it is closed. The operator can list it in allow_secret_endpoints.`,
  });
}
