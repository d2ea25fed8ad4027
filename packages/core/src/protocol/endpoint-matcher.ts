/** Whether a call, by its method and its decoded path, is one of those a set of patterns names. */
export type EndpointMatcher = (method: string, path: string) => boolean;

/**
 * Compiles endpoint patterns (`[METHOD ]/path`; `*` one segment, a last `/*` one or more; a slash at the end is part
 * of the path) into one regular expression per method: one test per call, however many patterns there are.
 *
 * @param ignoreCase for what must stay closed, however a vendor reads the path
 */
export function compileEndpoints(patterns: readonly string[], ignoreCase = false): EndpointMatcher {
  const anyMethod = patterns.filter((pattern) => pattern.startsWith("/"));
  const methods = new Set(patterns.map(methodOf).filter((method) => method !== ""));
  const byMethod = new Map(
    [...methods].map((method) => [
      method,
      joinPatterns([...anyMethod, ...patterns.filter((pattern) => methodOf(pattern) === method)], ignoreCase),
    ]),
  );
  const fallback = joinPatterns(anyMethod, ignoreCase);
  return (method, path) => (byMethod.get(method) ?? fallback).test(path);
}

function methodOf(pattern: string): string {
  return pattern.slice(0, Math.max(0, pattern.indexOf(" ")));
}

function joinPatterns(patterns: readonly string[], ignoreCase: boolean): RegExp {
  const paths = patterns.map((pattern) => toPathSource(pattern.slice(pattern.indexOf("/"))));
  return paths.length === 0 ? /(?!)/ : new RegExp(`^(?:${paths.join("|")})$`, ignoreCase ? "is" : "s");
}

function toPathSource(path: string): string {
  const segments = path.split("/").slice(1);
  const manyAtEnd = segments.at(-1) === "*";
  const sources = segments.map((segment, index) => {
    if (segment !== "*") return segment.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    // Not with a slash at its end: that is another path, which a longer pattern may name.
    return manyAtEnd && index === segments.length - 1 ? "[^/]+(?:/[^/]+)*" : "[^/]+";
  });
  return `/${sources.join("/")}`;
}
