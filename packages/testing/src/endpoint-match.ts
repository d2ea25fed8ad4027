import { toEndpointPattern, type WirePolicy } from "@keybrake/core/protocol";

type AllowedEndpoints = NonNullable<WirePolicy["allowed_endpoints"]>;

/** Whether a call fits one of a policy's `[METHOD ]/path` patterns; `undefined` lets every call through. */
export function matchesEndpoint(
  entries: AllowedEndpoints | undefined,
  method: string,
  path: string,
): boolean {
  return entries === undefined || entries.some((entry) => matches(toEndpointPattern(entry), method, path));
}

/** The USD that one call may cost: the lowest bound of the entries that it fits, or else the key's own. */
export function findBound(
  { allowed_endpoints = [], max_usd_per_call }: WirePolicy,
  method: string,
  path: string,
): number | undefined {
  const bounds = allowed_endpoints
    .filter((entry) => typeof entry !== "string")
    .filter(({ endpoint }) => matches(endpoint, method, path))
    .map((entry) => entry.max_usd_per_call);
  return bounds.length === 0 ? max_usd_per_call : Math.min(...bounds);
}

function matches(pattern: string, method: string, path: string): boolean {
  const start = pattern.indexOf("/");
  if (start > 0 && pattern.slice(0, start - 1) !== method) return false;
  const wanted = pattern.slice(start).split("/");
  const given = path.split("/");
  const open = wanted.at(-1) === "*";
  if (open ? given.length < wanted.length || given.at(-1) === "" : given.length !== wanted.length)
    return false;
  return wanted.every((segment, index) => (segment === "*" ? given[index] !== "" : segment === given[index]));
}
