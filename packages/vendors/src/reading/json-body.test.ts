import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonNumber, type JsonValue, parseJson, readPointer, toLexeme } from "./json-body.ts";
import { jsonToForm } from "./json-to-form.ts";
import { Unreadable } from "./unreadable.ts";

const parse = (text: string): JsonValue => parseJson(Buffer.from(text, "utf8"));

/** As the platform would have read it. */
function toPlain(value: JsonValue): unknown {
  if (value instanceof JsonNumber) return JSON.parse(value.lexeme);
  if (Array.isArray(value)) return value.map(toPlain);
  if (!(value instanceof Map)) return value;
  return [...value].map(([name, member]) => [name, toPlain(member)]);
}

const toPairs = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(toPairs);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value).map(([name, member]) => [name, toPairs(member)]);
};

it("reads any JSON as the platform does", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(undefined, 1, "\t"), (text, indent) => {
      const plain: unknown = JSON.parse(text);
      // The platform puts names that look like indexes first, so order is compared sorted.
      const sort = (value: unknown): string => JSON.stringify(value).split("").sort().join("");
      expect(sort(toPlain(parse(JSON.stringify(plain, null, indent))))).toBe(sort(toPairs(plain)));
    }),
  );
});

it("accepts nothing that the platform refuses", () => {
  const piece = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    '"a"',
    '"b"',
    "1",
    "-",
    ".",
    "e",
    "0",
    "true",
    "nul",
    " ",
    "\\",
    '"',
    "\u0001",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const text = pieces.join("");
      let accepted = true;
      try {
        parse(text);
      } catch (error) {
        expect(error).toBeInstanceOf(Unreadable);
        accepted = false;
      }
      if (accepted) expect(() => JSON.parse(text)).not.toThrow();
    }),
    { numRuns: 3000 },
  );
});

it.each([
  "",
  " ",
  "{",
  "}",
  "[1,]",
  '{"a":1,}',
  '{"a":1,"a":2}',
  '{"a":1,"\\u0061":2}',
  '{"a":{"b":1,"b":1}}',
  "01",
  "1.",
  ".5",
  "+1",
  "1e",
  "--1",
  "NaN",
  "Infinity",
  "0x10",
  "'a'",
  '"\n"',
  '"\\x"',
  '"\\u12"',
  "tru",
  "nulll",
  "1 2",
  "/**/1",
  "{a:1}",
  "\ufeff{}",
  `${"[".repeat(70)}${"]".repeat(70)}`,
  '"',
  "{}{}",
])("refuses %j", (text) => expect(() => parse(text)).toThrow(Unreadable));

it("refuses what is not UTF-8", () => {
  for (const bytes of [
    [0x22, 0xff, 0x22],
    [0x22, 0xc0, 0xae, 0x22],
    [0xff, 0xfe, 0x7b, 0x00],
    [0x22, 0xed, 0xa0, 0x80, 0x22],
  ]) {
    expect(() => parseJson(Buffer.from(bytes))).toThrow(Unreadable);
  }
});

it("keeps how a number was written", () => {
  for (const lexeme of ["2000", "2e3", "2000.0", "-0", "1E+2", "123456789012345678901234567890"]) {
    expect(toLexeme(parse(lexeme))).toBe(lexeme);
  }
});

it("takes no name for anything special", () => {
  const value = parse('{"__proto__":{"amount":5},"constructor":1,"toString":2}');
  expect(toLexeme(readPointer(value, "/__proto__/amount"))).toBe("5");
  expect(readPointer(value, "/amount")).toBeUndefined();
  expect(readPointer(parse("{}"), "/constructor")).toBeUndefined();
});

it("reads a body of a megabyte of escapes, or refuses it, but never breaks", () => {
  const escapes = `{"a":"${"\\n".repeat(500_000)}"}`;
  expect(parse(escapes)).toBeInstanceOf(Map);
  expect(() => parse(`{"a":"${"\\n".repeat(500_000)}`)).toThrow(Unreadable);
  expect(() => parse("[".repeat(1_000_000))).toThrow(Unreadable);
});

describe("a pointer", () => {
  it("leads through objects and lists", () => {
    const value = parse('{"a":[{"b/c":1},{"m~n":"x"}],"":3}');
    expect(toLexeme(readPointer(value, "/a/0/b~1c"))).toBe("1");
    expect(toLexeme(readPointer(value, "/a/1/m~0n"))).toBe("x");
    expect(readPointer(value, "/a/01/b")).toBeUndefined();
    expect(readPointer(value, "/a/-1")).toBeUndefined();
    expect(readPointer(value, "/a/2")).toBeUndefined();
    expect(readPointer(undefined, "/a")).toBeUndefined();
  });

  it.each([
    '{"amount":1,"Amount":2}',
    '{"Amount":2}',
    '{"amount":1," amount":2}',
    '{"amount":1,"AMOUNT ":2}',
  ])("is refused by %s", (text) => expect(() => readPointer(parse(text), "/amount")).toThrow(Unreadable));
});

describe("JSON as a form", () => {
  const toForm = (text: string): string => decodeURIComponent(jsonToForm(parse(text)).toString());

  it.each([
    ['{"amount":2000,"currency":"usd"}', "amount=2000&currency=usd"],
    ['{"metadata":{"a":{"b":1}}}', "metadata[a][b]=1"],
    ['{"expand":["a","b"]}', "expand[0]=a&expand[1]=b"],
    ['{"items":[{"price":"p","quantity":2}]}', "items[0][price]=p&items[0][quantity]=2"],
    ['{"a":null,"b":true,"c":false}', "a=&b=true&c=false"],
    ['{"a":2e3,"b":1.50}', "a=2e3&b=1.50"],
    ['{"a":{},"b":[]}', ""],
    ['{"__proto__":1}', "__proto__=1"],
  ])("%s is %s", (json, form) => expect(toForm(json)).toBe(form));

  it.each(["[]", "5", '"a"', "null", '{"a":"\\ud800"}', '{"\\udfff":1}'])("%s is refused", (json) =>
    expect(() => toForm(json)).toThrow(Unreadable),
  );

  it("lets no value break out of its pair", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (name, value) => {
        const form = jsonToForm(parse(JSON.stringify({ [name]: value }))).toString();
        expect([...new URLSearchParams(form)]).toEqual([[name, value]]);
      }),
    );
  });
});
