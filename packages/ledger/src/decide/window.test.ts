import * as fc from "fast-check";
import { expect, it } from "vitest";
import { getDayEnd, getFirstDay, getMonthEnd, toTimestamp, toUtcDay, toUtcMonth } from "./window.ts";

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

it("turns the month at midnight UTC, in a leap year too", () => {
  const march = Date.UTC(2028, 2, 1);
  expect(toUtcMonth(toUtcDay(march)) - toUtcMonth(toUtcDay(march - 1))).toBe(1);
  expect(getMonthEnd(march - 1)).toBe(march);
  expect(getMonthEnd(march)).toBe(Date.UTC(2028, 3, 1));
  expect(getMonthEnd(Date.UTC(2026, 11, 31, 23))).toBe(Date.UTC(2027, 0, 1));
});

it("gives every day a month that it lies in", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 60_000 }), (day) => {
      const month = toUtcMonth(day);
      expect(getFirstDay(month)).toBeLessThanOrEqual(day);
      expect(getFirstDay(month + 1)).toBeGreaterThan(day);
    }),
  );
});
