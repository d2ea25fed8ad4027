import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createExchange, readMajorUnits, readMinorUnits } from "./currency.ts";
import { Unreadable } from "./reading/unreadable.ts";

const RATES = {
  EUR: 1.1,
  GBP: 1.27,
  CAD: 0.74,
  JPY: 0.0067,
  KWD: 3.25,
  ISK: 0.0072,
  UGX: 0.00027,
  HUF: 0.0028,
  TWD: 0.031,
};
const exchange = createExchange(RATES, 0);
const toUsd = (amount: string, currency: string): number | undefined =>
  exchange.toMicroUsd(readMinorUnits(amount, currency), currency);

it.each([
  ["2000", "usd", 20_000_000],
  ["2000", "jpy", 13_400_000],
  ["5120", "kwd", 16_640_000],
  ["500", "isk", 36_000],
  ["500", "ugx", 1_350],
  ["1045", "huf", 29_260],
  ["1000", "huf", 28_000],
  ["80000", "twd", 24_800_000],
  ["1000", "EUR", 11_000_000],
  ["1", "jpy", 6_700],
  ["3333", "huf", 93_324],
  ["500", "gbp", 6_350_000],
  ["0", "usd", 0],
  ["900000000000", "usd", 9_000_000_000_000_000],
])("%s of %s is %i micro-USD", (amount, currency, microUsd) =>
  expect(toUsd(amount, currency)).toBe(microUsd),
);

it("knows no rate that nobody gave", () => expect(toUsd("1000", "xts")).toBeUndefined());

it.each([
  ["900000000001", "usd"],
  ["999999999999", "usd"],
  ["999999999999999", "kwd"],
])("refuses %s of %s: the sums would no longer be exact", (amount, currency) =>
  expect(() => toUsd(amount, currency)).toThrow(Unreadable),
);

it("takes Stripe's exponents for all of its currencies", () => {
  const oneDollarEach = (code: string): number | undefined =>
    createExchange({ [code]: 1 }, 0).toMicroUsd(readMinorUnits("1000", code), code);
  for (const code of "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" ")) {
    expect(oneDollarEach(code), code).toBe(1_000_000_000);
  }
  for (const code of "bhd jod kwd omr tnd".split(" ")) expect(oneDollarEach(code), code).toBe(1_000_000);
  for (const code of "eur isk ugx huf twd iqd lyd".split(" "))
    expect(oneDollarEach(code), code).toBe(10_000_000);
});

describe("minor units are plain integers", () => {
  it.each([
    "",
    " ",
    "-5",
    "+2000",
    " 2000",
    "2000 ",
    "2e3",
    "0x7D0",
    "2000.0",
    "20.00",
    "２０",
    "٢",
    "02",
    "1_000",
    "1,000",
    "NaN",
    "1000000000000000",
    "1\n",
  ])("not %j", (text) => expect(() => readMinorUnits(text, "usd")).toThrow(Unreadable));
});

describe("major units are plain decimals", () => {
  it.each(["12.34", "0.000001", "0", "999999999999999"])("%s", (text) =>
    expect(readMajorUnits(text)).toBeDefined(),
  );
  it.each(["", ".5", "5.", "-1", "1e3", "0.1234567", "01", "1,5", "1.2.3", "NaN"])("not %j", (text) =>
    expect(() => readMajorUnits(text)).toThrow(Unreadable),
  );
});

it("rounds up, never down, and by less than one micro-USD", () => {
  const rate = fc.integer({ min: 1, max: 5_000_000 });
  const units = fc.bigInt({ min: 0n, max: 10n ** 11n });
  fc.assert(
    fc.property(rate, units, (microRate, amount) => {
      const converted = createExchange({ abc: microRate / 1_000_000 }, 0).toMicroUsd(
        { units: amount, exponent: 2 },
        "abc",
      );
      const exact = amount * BigInt(microRate);
      const rounded = BigInt(converted ?? -1) * 100n;
      expect(rounded >= exact && rounded - exact < 100n).toBe(true);
    }),
  );
});

it("adds the margin to reservations in foreign money alone", () => {
  const careful = createExchange(RATES, 0.03);
  expect(careful.toUpperBound(readMinorUnits("1000", "eur"), "eur")).toBe(11_330_000);
  expect(careful.toMicroUsd(readMinorUnits("1000", "eur"), "eur")).toBe(11_000_000);
  expect(careful.toUpperBound(readMinorUnits("1000", "USD"), "USD")).toBe(10_000_000);
});

it.each([0, -1, 0.0000001, Number.NaN, Number.POSITIVE_INFINITY])("takes no rate of %d", (rate) =>
  expect(() => createExchange({ eur: rate }, 0)).toThrow(RangeError),
);
