import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasFormField, parseForm, readFormScalar } from "./form-body.ts";
import { Unreadable } from "./unreadable.ts";

const parse = (text: string): [string, readonly string[]][] => [...parseForm(Buffer.from(text, "utf8"))];

it("reads names and values in the order sent", () => {
  expect(parse("b=1&a%5Bx%5D=2+3&b=%C3%BC&c=")).toEqual([
    ["b", ["1", "ü"]],
    ["a[x]", ["2 3"]],
    ["c", [""]],
  ]);
  expect(parse("")).toEqual([]);
});

it.each(["a%00=1", "a%0a=1", "a\tb=1", "a=\x001", "a=1&b=\x7f"])("refuses %j", (text) =>
  expect(() => parse(text)).toThrow(Unreadable),
);

it.each([
  ["a raw space", "name=Jenny Rosen", [["name", ["Jenny Rosen"]]]],
  ["raw UTF-8", "name=Zoë", [["name", ["Zoë"]]]],
  ["line breaks and tabs in a value", "note=a\r\n\tb", [["note", ["a\r\n\tb"]]]],
  ["empty pairs", "&a=1&&b=2&", Object.entries({ a: ["1"], b: ["2"] })],
  ["a pair without a name", "=1&a=2", Object.entries({ "": ["1"], a: ["2"] })],
])("reads %s", (_name, text, fields) => expect(parse(text)).toEqual(fields));

it.each([
  "amount",
  "amount=%",
  "amount=5%zz",
  "amount=%c0%b5",
  "amount=%ff",
  "amount=5;b=1",
  "a;amount=5",
  "amount;a=5",
  "a=1;amount",
  "\ufeffamount=5",
  "am%ffount=5",
  "amount=5&am%ffount=6",
  "amount=5&a=x; amount=6",
])("reads no amount from %j", (text) => {
  const fields = parseForm(Buffer.from(text));
  expect(() => readFormScalar(fields, "amount")).toThrow(Unreadable);
  expect(hasFormField(fields, "amount")).toBe(true);
});

it("reads ASCII alone if the charset is in doubt", () => {
  const fields = parseForm(Buffer.from("amount=%31+0&currency=usd&name=Zo%C3%AB&raw=\xeb", "latin1"), {
    isUtf8: false,
  });
  expect(readFormScalar(fields, "amount")).toBe("1 0");
  for (const name of ["name", "raw"]) expect(() => readFormScalar(fields, name)).toThrow(Unreadable);
});

it("reads any form back as it was written", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 20 });
  const name = text.filter((value) => value !== "" && !/[\p{Cc}]/u.test(value));
  fc.assert(
    fc.property(fc.array(fc.tuple(name, text), { maxLength: 8 }), (pairs) => {
      const body = pairs.map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
      const flat = parse(body).flatMap(([key, values]) => values.map((value) => [key, value]));
      expect(flat.sort()).toEqual(pairs.map(([key, value]) => [key, value]).sort());
    }),
  );
});

/** A server that splits a body like this, and keeps or drops what isn't UTF-8. */
function createReader(separator: RegExp, inPlaceOfBroken: string): (body: Buffer) => string[] {
  const decode = (part: string): string => {
    const bytes = part
      .replaceAll("+", " ")
      .replace(/%([0-9a-f]{2})/gi, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    return Buffer.from(bytes, "latin1").toString().replaceAll("\ufffd", inPlaceOfBroken);
  };
  return (body) =>
    body
      .toString("latin1")
      .split(separator)
      .map((pair) => pair.split(/=(.*)/s).map(decode))
      .flatMap(([name, value = ""]) => (name === "a" ? [value] : []));
}

const READERS: Record<string, (body: Buffer) => string[]> = {
  platform: (body) => new URLSearchParams(body.toString()).getAll("a"),
  "keeps what is broken": createReader(/&/, "\ufffd"),
  "drops what is broken": createReader(/&/, ""),
  "splits at ; too": createReader(/[&;] */, "\ufffd"),
};

it("reads a value only if every server would read it so", () => {
  const piece = fc.constantFrom(
    ...[
      "a",
      "a=",
      "b=",
      "=",
      "&",
      "%41",
      "%61",
      "+",
      "%",
      "[",
      "]",
      "%5B",
      ";",
      "1",
      "\xff",
      "%ff",
      "%c3%bc",
      "\xc3\xbc",
      " ",
    ],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const body = Buffer.from(pieces.join(""), "latin1");
      let value: string | undefined;
      try {
        value = readFormScalar(parseForm(body), "a");
      } catch (error) {
        expect(error).toBeInstanceOf(Unreadable);
        return;
      }
      for (const [name, read] of Object.entries(READERS)) {
        expect([name, ...read(body)]).toEqual(value === undefined ? [name] : [name, value]);
      }
    }),
    { numRuns: 5000 },
  );
});

describe("one value of a field", () => {
  const read = (text: string): string | undefined => readFormScalar(parseForm(Buffer.from(text)), "amount");

  it("is there, or is not", () => {
    expect(read("amount=5&currency=usd")).toBe("5");
    expect(read("amount=")).toBe("");
    expect(read("amounts=5&amount_details[tip]=1&my_amount=2")).toBeUndefined();
  });

  it.each([
    "amount=1&amount=1",
    "amount[]=1",
    "amount[0]=1",
    "amount=1&amount[]=2",
    "amount[a]=1",
    "[amount]=1",
    "amount]=1",
    "amount=1&[amount]=2",
    "amount=1&[[amount]]=2",
    "amount=1&+[amount]=2",
    "Amount=1",
    "amount=1&AMOUNT=2",
    "amount=1&+amount=2",
    "amount=1&amount+=2",
    "amount=1&amount%09=2".replace("%09", "%C2%A0"),
    "amount=1&%EF%BD%81mount=2",
  ])("is refused in %s", (text) => expect(() => read(text)).toThrow(Unreadable));

  it("is seen under every name that may mean it", () => {
    const has = (text: string): boolean => hasFormField(parseForm(Buffer.from(text)), "balance");
    for (const name of ["balance", "Balance", "balance[x]", "[balance]", "balance]"]) {
      expect(has(`${encodeURIComponent(name)}=1`)).toBe(true);
    }
    expect(has("balances=1&my_balance=2")).toBe(false);
  });
});

it("reads a field whose name has capitals", () => {
  expect(readFormScalar(parseForm(Buffer.from("To=%2B1555&Body=hi")), "To")).toBe("+1555");
  expect(hasFormField(parseForm(Buffer.from("to=1")), "To")).toBe(true);
});

it.each(["to=1", "To=1&to=2", "To=1&To=2", "To[]=1", "To=1&+to=2"])("refuses %s for To", (text) => {
  expect(() => readFormScalar(parseForm(Buffer.from(text)), "To")).toThrow(Unreadable);
});
