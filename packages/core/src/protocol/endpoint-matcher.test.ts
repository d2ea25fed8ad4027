import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileEndpoints } from "./endpoint-matcher.ts";

const matches = (pattern: string, method: string, path: string): boolean =>
  compileEndpoints([pattern])(method, path);

describe("a pattern", () => {
  it.each([
    ["/v1/charges", "/v1/charges"],
    ["/v1/*/capture", "/v1/ch_1/capture"],
    ["/v1/*", "/v1/charges"],
    ["/v1/*", "/v1/charges/ch_1/capture"],
    ["/*", "/v1"],
    ["/*", "/v1/charges"],
    ["/*/charges", "/v1/charges"],
    ["/v1/*/*", "/v1/a/b"],
    ["/v1/*/*", "/v1/a/b/c"],
    ["/v1/a.b", "/v1/a.b"],
    ["/v1/a+(b)[c]{d}^$|", "/v1/a+(b)[c]{d}^$|"],
    ["/v1/ü", "/v1/ü"],
    ["/v1/Account/*/Message/", "/v1/Account/MA1/Message/"],
    ["/v1/*/", "/v1/charges/"],
  ])("%s matches %s", (pattern, path) => expect(matches(pattern, "GET", path)).toBe(true));

  it.each([
    ["/v1/charges", "/v1/charges/ch_1"],
    ["/v1/charges", "/v1"],
    ["/v1/charges", "/v1/Charges"],
    ["/v1/charges", "/x/v1/charges"],
    ["/v1/charges", "/v1/charges\n"],
    ["/v1/*/capture", "/v1/a/b/capture"],
    ["/v1/*/capture", "/v1//capture"],
    ["/v1/*", "/v1"],
    ["/v1/*", "/v1/"],
    ["/v1/*", "/v12/charges"],
    ["/v1/*/*", "/v1/a"],
    ["/v1/a.b", "/v1/axb"],
    ["/v1/a+", "/v1/aa"],
    ["/v1/a|b", "/v1/a"],
    ["/v1/charges", "/v1/charges/"],
    ["/v1/charges/", "/v1/charges"],
    ["/v1/*", "/v1/charges/"],
    ["/v1/*/", "/v1/a/b/"],
    ["/v1/*/", "/v1//"],
  ])("%s does not match %s", (pattern, path) => expect(matches(pattern, "GET", path)).toBe(false));

  it("with a method matches no other, and without one any", () => {
    expect(matches("POST /v1/charges", "POST", "/v1/charges")).toBe(true);
    for (const method of ["GET", "post", "PUT", "HEAD"]) {
      expect(matches("POST /v1/charges", method, "/v1/charges")).toBe(false);
      expect(matches("/v1/charges", method, "/v1/charges")).toBe(true);
    }
  });
});

it("matches nothing where no pattern is given", () => {
  expect(compileEndpoints([])("GET", "/")).toBe(false);
});

it("ignores case only where it is told to", () => {
  expect(compileEndpoints(["POST /v1/keys"], true)("POST", "/V1/Keys")).toBe(true);
});

/** The rule as the contract words it, without a regular expression. */
function matchesByTheBook(pattern: string, method: string, path: string): boolean {
  const [wanted, text] = pattern.startsWith("/") ? [method, pattern] : pattern.split(" ");
  if (wanted !== method) return false;
  const parts = (text ?? "").split("/").slice(1);
  const segments = path.split("/").slice(1);
  const many = parts.at(-1) === "*";
  if (many && segments.at(-1) === "") return false;
  if (many ? segments.length < parts.length : segments.length !== parts.length) return false;
  return segments.every((segment, index) => {
    const part = parts[index] ?? "*";
    return part === "*" ? segment !== "" : part === segment;
  });
}

it("agrees with the contract's words for any set of patterns", () => {
  const segment = fc.constantFrom("v1", "charges", "a.b", "a+b", "(", "ch_1", "V1", "x");
  const slash = fc.constantFrom("", "", "/");
  const path = fc
    .tuple(fc.array(segment, { minLength: 1, maxLength: 5 }), slash)
    .map(([parts, end]) => `/${parts.join("/")}${end}`);
  const method = fc.constantFrom("GET", "POST", "DELETE");
  const part = fc.oneof(segment, fc.constant("*"));
  const pattern = fc
    .tuple(fc.option(method), fc.array(part, { minLength: 1, maxLength: 5 }), slash)
    .map(([verb, parts, end]) => `${verb === null ? "" : `${verb} `}/${parts.join("/")}${end}`);
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 6 }), method, path, (patterns, verb, called) => {
      const expected = patterns.some((one) => matchesByTheBook(one, verb, called));
      expect(compileEndpoints(patterns)(verb, called)).toBe(expected);
    }),
    { numRuns: 1000 },
  );
});
