import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toSeconds } from "../protocol.ts";

describe("toSeconds", () => {
  it.each([
    ["1s", 1],
    ["90s", 90],
    ["5m", 300],
    ["2h", 7_200],
    ["1d", 86_400],
  ])("%s is %i seconds", (text, seconds) => {
    expect(toSeconds(text)).toBe(seconds);
  });

  it.each(["", "5", "m", "0s", "-5m", "05m", "5 m", "5M", "5ms", "1.5h", "1h30m", "5m\n", "1e3s", "٥m"])(
    "refuses %j",
    (text) => {
      expect(toSeconds(text)).toBeUndefined();
    },
  );

  it("is a positive safe integer for whatever it accepts", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{1,12}[smhd]$/), (text) => {
        const seconds = toSeconds(text);
        if (seconds === undefined) return;
        expect(Number.isSafeInteger(seconds)).toBe(true);
        expect(seconds).toBeGreaterThan(0);
      }),
    );
  });
});
