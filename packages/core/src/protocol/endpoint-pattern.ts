/** `[METHOD ]/path`, where `*` stands for one segment and a last `/*` for one or more. */
const PATTERN = /^(?:[A-Z]{3,10} )?\/[^\s?#\\]*$/;

/**
 * Whether a string is a well-formed endpoint pattern. `*` must be a whole segment, so that nobody believes
 * `/v1/pay*` to be a prefix match.
 *
 * @example
 * isEndpointPattern("POST /v1/payment_intents/*"); // true
 * isEndpointPattern("/v1/pay*"); // false
 */
export function isEndpointPattern(pattern: string): boolean {
  if (!PATTERN.test(pattern)) return false;
  const path = pattern.slice(pattern.indexOf("/") + 1);
  // A path may end in one slash, as some vendors write theirs.
  const segments = (path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path).split("/");
  return segments.every(
    (segment) =>
      segment === "*" || (segment !== "" && segment !== "." && segment !== ".." && !segment.includes("*")),
  );
}
