import * as fc from "fast-check";
import { expect, it } from "vitest";
import { compileEndpoints } from "./endpoint-matcher.ts";
import { isWithinEndpoint } from "./is-within-endpoint.ts";

it.each([
  ["POST /v1/refunds", "/v1/refunds", true],
  ["POST /v1/refunds", "POST /v1/*", true],
  ["/v1/refunds/*", "/v1/*", true],
  ["/v1/*/capture", "/v1/*", true],
  ["/v1/*", "/v1/*", true],
  ["/v1/*/*", "/v1/*", true],
  ["/v1/refunds", "POST /v1/refunds", false],
  ["GET /v1/refunds", "POST /v1/refunds", false],
  ["/v1/*", "/v1/refunds", false],
  ["/v1/refunds/", "/v1/refunds/", true],
  ["/v1/refunds/", "/v1/*/", true],
  ["/v1/refunds/", "/v1/*", false],
  ["/v1/refunds", "/v1/*/", false],
  ["/v1/*", "/v1/*/", false],
  ["/v1/*", "/v1/*/*", false],
  ["/v1", "/v1/*", false],
  ["/*", "/v1/*", false],
  ["/v1/*/capture", "/v1/ch_1/capture", false],
])("%s within %s: %s", (pattern, other, expected) => {
  expect(isWithinEndpoint(pattern, other)).toBe(expected);
});

const slash = fc.constantFrom("", "", "/");
const segment = fc.constantFrom("a", "b", "*");
const pattern = fc
  .tuple(fc.constantFrom("", "GET ", "POST "), fc.array(segment, { minLength: 1, maxLength: 4 }), slash)
  .map(([method, segments, end]) => `${method}/${segments.join("/")}${end}`);
const path = fc
  .tuple(fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 5 }), slash)
  .map(([segments, end]) => `/${segments.join("/")}${end}`);

it("never takes a pattern for narrower that matches a call which the other doesn't", () => {
  fc.assert(
    fc.property(pattern, pattern, fc.constantFrom("GET", "POST"), path, (inner, outer, method, called) => {
      fc.pre(isWithinEndpoint(inner, outer) && compileEndpoints([inner])(method, called));
      expect(compileEndpoints([outer])(method, called)).toBe(true);
    }),
    { numRuns: 1000, maxSkipsPerRun: 1000 },
  );
});
