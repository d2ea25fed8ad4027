import * as fc from "fast-check";
import { expect, it } from "vitest";
import { getDayEnd, toTimestamp, toUtcDay } from "./window.ts";

it("turns the day at midnight UTC, whatever the clock of this machine says", () => {
  const midnight = Date.UTC(2026, 2, 29);
  expect(toUtcDay(midnight) - toUtcDay(midnight - 1)).toBe(1);
  expect(toUtcDay(midnight + 86_399_999)).toBe(toUtcDay(midnight));
  expect(getDayEnd(midnight - 1)).toBe(midnight);
  expect(getDayEnd(midnight)).toBe(midnight + 86_400_000);
});

it("gives every moment a day that ends after it, within 24 hours", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (at) => {
      const left = getDayEnd(at) - at;
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(86_400_000);
      expect(toTimestamp(getDayEnd(at))).toMatch(/T00:00:00\.000Z$/);
    }),
  );
});
