/** Whether a call fits one of a policy's `[METHOD ]/path` patterns; `undefined` lets every call through. */
export function matchesEndpoint(patterns: string[] | undefined, method: string, path: string): boolean {
  return patterns === undefined || patterns.some((pattern) => matches(pattern, method, path));
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
