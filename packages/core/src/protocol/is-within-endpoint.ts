/**
 * Whether every call that one endpoint pattern matches is matched by another: same or any method, and segment by
 * segment the same or a `*` of the other.
 *
 * @example
 * isWithinEndpoint("POST /v1/refunds", "/v1/*"); // true
 */
export function isWithinEndpoint(pattern: string, other: string): boolean {
  const inner = parse(pattern);
  const outer = parse(other);
  if (outer.method !== undefined && outer.method !== inner.method) return false;
  const { fixed } = outer;
  const isLongEnough = outer.isOpen
    ? inner.fixed.length + (inner.isOpen ? 1 : 0) > fixed.length && inner.fixed.at(-1) !== ""
    : !inner.isOpen && inner.fixed.length === fixed.length;
  return isLongEnough && fixed.every((segment, index) => segment === "*" || segment === inner.fixed[index]);
}

/** The segments of a pattern, without the last `*` if it has one: that one makes it open at its end. */
function parse(pattern: string): { method: string | undefined; fixed: string[]; isOpen: boolean } {
  const start = pattern.indexOf("/");
  const method = start > 0 ? pattern.slice(0, start - 1) : undefined;
  const segments = pattern.slice(start + 1).split("/");
  const isOpen = segments.at(-1) === "*";
  return { method, fixed: isOpen ? segments.slice(0, -1) : segments, isOpen };
}
