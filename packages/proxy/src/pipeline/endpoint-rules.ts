import { compileEndpoints, type EndpointMatcher, toEndpointPattern } from "@keybrake/core/protocol";
import type { AllowedEndpoint, KeyPolicy } from "@keybrake/ledger";

/** An allowlist, ready for the hot path. */
interface EndpointRules {
  allows: EndpointMatcher;
  bounds: readonly { matches: EndpointMatcher; maxMicroUsdPerCall: number }[];
}

// By the policy's own list, which never changes and goes when the key's record goes. A ledger outside this process gives
// a new list with each call, so that the patterns themselves must find what was compiled.
const compiled = new WeakMap<AllowedEndpoint[], EndpointRules>();
const compiledByText = new Map<string, EndpointRules>();
const TEXTS_KEPT = 1_000;

/** Whether a key, and each key above it, lists the endpoint. */
export function isAllowed({ allowedEndpoints, within }: KeyPolicy, method: string, path: string): boolean {
  if (allowedEndpoints !== undefined && !getRules(allowedEndpoints).allows(method, path)) return false;
  return within.every((list) => list === null || getRules(list).allows(method, path));
}

/**
 * The bounds of the endpoint in micro-USD, of the key and of each key above it; `null` where a key has none, so that its
 * bound for every call holds. `undefined` where no key has one.
 */
export function getEndpointBounds(
  { allowedEndpoints, within }: KeyPolicy,
  method: string,
  path: string,
): (number | null)[] | undefined {
  const own = findBound(allowedEndpoints ?? null, method, path);
  if (within.length === 0) return own === null ? undefined : [own];
  const bounds = [own, ...within.map((list) => findBound(list, method, path))];
  return bounds.every((bound) => bound === null) ? undefined : bounds;
}

/** Of the entries that match, the lowest bound. */
function findBound(list: AllowedEndpoint[] | null, method: string, path: string): number | null {
  if (list === null) return null;
  let lowest: number | null = null;
  for (const { matches, maxMicroUsdPerCall } of getRules(list).bounds) {
    if ((lowest === null || maxMicroUsdPerCall < lowest) && matches(method, path))
      lowest = maxMicroUsdPerCall;
  }
  return lowest;
}

function getRules(list: AllowedEndpoint[]): EndpointRules {
  const found = compiled.get(list);
  if (found) return found;
  const rules = compileOnce(list);
  compiled.set(list, rules);
  return rules;
}

function compileOnce(list: AllowedEndpoint[]): EndpointRules {
  const text = list.map(toText).join("\n");
  const found = compiledByText.get(text);
  if (found) return found;
  const rules: EndpointRules = {
    allows: compileEndpoints(list.map(toEndpointPattern)),
    bounds: list
      .filter((entry) => typeof entry !== "string")
      .map(({ endpoint, maxMicroUsdPerCall }) => ({
        matches: compileEndpoints([endpoint]),
        maxMicroUsdPerCall,
      })),
  };
  if (compiledByText.size >= TEXTS_KEPT) compiledByText.clear();
  compiledByText.set(text, rules);
  return rules;
}

function toText(entry: AllowedEndpoint): string {
  return typeof entry === "string" ? entry : `${entry.endpoint} ${entry.maxMicroUsdPerCall}`;
}
