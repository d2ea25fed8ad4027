import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatUsd, MAX_MICRO_USD, MAX_USD, toMicroUsd, toUsd } from "../protocol.ts";

const microUsd = fc.integer({ min: 0, max: MAX_MICRO_USD });
// Above this, neighbouring doubles are further apart than a micro-USD.
const exactAsNumber = fc.integer({ min: 0, max: 2 ** 33 * 1_000_000 - 1 });

describe("toMicroUsd", () => {
  it.each([
    [0, 0],
    [20, 20_000_000],
    [0.0145, 14_500],
    [0.000001, 1],
    [498.5, 498_500_000],
    ["498.50", 498_500_000],
    ["8999999999.999999", 8_999_999_999_999_999],
    [MAX_USD, MAX_MICRO_USD],
  ])("reads %s exactly", (usd, expected) => {
    expect(toMicroUsd(usd)).toBe(expected);
  });

  it.each([
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1e-7,
    0.1 + 0.2,
    0.0000001,
    1e21,
    MAX_USD + 1,
    JSON.parse("9000000000.000002"),
    JSON.parse("8999999999.999999"),
    "",
    " 1",
    "1 ",
    "1.",
    ".5",
    "01",
    "1e3",
    "+1",
    "-1",
    "1,5",
    "1.0000000",
    "0x10",
    "9000000000.000001",
    "NaN",
    "١",
  ])("refuses %s", (usd) => {
    expect(toMicroUsd(usd)).toBeUndefined();
  });

  it("comes back from text for every amount", () => {
    fc.assert(
      fc.property(microUsd, (amount) => {
        expect(toMicroUsd(formatUsd(amount))).toBe(amount);
      }),
    );
  });

  it("comes back from the JSON number for every amount that a number can tell apart", () => {
    fc.assert(
      fc.property(exactAsNumber, (amount) => {
        expect(toMicroUsd(JSON.parse(JSON.stringify(toUsd(amount))))).toBe(amount);
      }),
    );
  });

  it("accepts no number that it would have to change", () => {
    fc.assert(
      fc.property(fc.double(), (usd) => {
        const amount = toMicroUsd(usd);
        if (amount === undefined) return;
        expect(Number.isSafeInteger(amount)).toBe(true);
        expect(toUsd(amount)).toBe(Math.abs(usd));
        expect(amount).toBeGreaterThanOrEqual(0);
        expect(amount).toBeLessThanOrEqual(MAX_MICRO_USD);
      }),
    );
  });

  it("accepts no number near the top of the range unless it is whole", () => {
    fc.assert(
      fc.property(fc.double({ min: 2 ** 33, max: MAX_USD, noNaN: true }), (usd) => {
        expect(toMicroUsd(usd) !== undefined).toBe(Number.isInteger(usd));
      }),
    );
  });
});

describe("formatUsd", () => {
  it.each([
    [0, "0.00"],
    [1, "0.000001"],
    [10_000, "0.01"],
    [14_500, "0.0145"],
    [498_500_000, "498.50"],
    [-1_500_000, "-1.50"],
    [MAX_MICRO_USD, "9000000000.00"],
  ])("%i is %s", (amount, text) => {
    expect(formatUsd(amount)).toBe(text);
  });

  it("has two to six decimals", () => {
    fc.assert(
      fc.property(microUsd, (amount) => {
        expect(formatUsd(amount)).toMatch(/^\d+\.\d{2,6}$/);
      }),
    );
  });
});
