import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAmount, toMoneyV2 } from "./money.ts";

describe("amounts", () => {
  test.each<[unknown, string, number, string]>([
    ["12.50", "CAD", 1250, "12.5"],
    ["10", "USD", 1000, "10.0"],
    [12.5, "USD", 1250, "12.5"],
    ["0.07", "USD", 7, "0.07"],
    ["-3", "USD", -300, "-3.0"],
    ["1000.0", "JPY", 1000, "1000.0"],
    ["1.234", "KWD", 1234, "1.234"],
  ])("%j %s is %i minor units", (amount, currency, minor, written) => {
    expect(parseAmount(amount, currency)).toBe(minor);
    expect(toMoneyV2({ minor, currency })).toEqual({ amount: written, currencyCode: currency });
  });

  test.each(["", "1,50", "1.005", "1e3", "+1", " 1", "0x1", ".5", "1.", null, {}, Number.NaN, 1e21])(
    "%j is none",
    (amount) => {
      expect(() => parseAmount(amount, "USD")).toThrow("Invalid amount in USD");
    },
  );

  test("come back as they were written", () => {
    const minors = fc.integer({ min: -999_999_999_999, max: 999_999_999_999 });
    fc.assert(
      fc.property(minors, fc.constantFrom("USD", "JPY", "KWD"), (minor, currency) => {
        const { amount } = toMoneyV2({ minor, currency });
        expect(parseAmount(amount, currency)).toBe(minor);
      }),
    );
  });
});
