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

it.each([
  "a",
  "=1",
  "&",
  "a=1&",
  "&a=1",
  "a=1&&b=2",
  "a=1;b=2",
  "a=%",
  "a=%zz",
  "a=%c0%ae",
  "a=%ff",
  "a=ü",
  "a=1 2",
  "a=1\r\n",
  "a%00=1",
  "a%0a=1",
  "\ufeffa=1",
  "a=\x001",
])("refuses %j", (text) => expect(() => parse(text)).toThrow(Unreadable));

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

it("agrees with the platform's parser about every form it accepts", () => {
  const piece = fc.constantFrom(
    "a",
    "b",
    "=",
    "&",
    "%41",
    "+",
    "%",
    "[",
    "]",
    "%5B",
    ";",
    "%00",
    "1",
    "ü",
    " ",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const body = pieces.join("");
      let ours: [string, readonly string[]][];
      try {
        ours = parse(body);
      } catch (error) {
        expect(error).toBeInstanceOf(Unreadable);
        return;
      }
      const theirs = [...new URLSearchParams(body)];
      const flat = ours.flatMap(([key, values]) => values.map((value) => [key, value]));
      expect(flat.sort()).toEqual(theirs.sort());
    }),
    { numRuns: 2000 },
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
