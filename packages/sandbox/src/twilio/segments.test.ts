import fc from "fast-check";
import { SegmentedMessage } from "sms-segments-calculator";
import { describe, expect, test } from "vitest";
import { countSegments } from "./segments.ts";

describe("countSegments", () => {
  test.each<[string, number]>([
    ["", 1],
    ["a".repeat(160), 1],
    ["a".repeat(161), 2],
    ["a".repeat(306), 2],
    ["a".repeat(307), 3],
    ["€".repeat(80), 1],
    ["€".repeat(81), 2],
    ["é".repeat(160), 1],
    ["ê".repeat(70), 1],
    ["ê".repeat(71), 2],
    ["👍".repeat(35), 1],
    ["👍".repeat(36), 2],
    [`${"a".repeat(100)}’`, 2],
    ["`".repeat(160), 3],
    ["\t".repeat(160), 3],
    ["a\r\n".repeat(53), 1],
    ["👨‍👩‍👧‍👦".repeat(12), 2],
    ["👨‍👩‍👧‍👦".repeat(13), 3],
  ])("%j", (text, segments) => {
    expect(countSegments(text)).toBe(segments);
    expect(new SegmentedMessage(text).segmentsCount).toBe(segments);
  });

  const characters = {
    "GSM-7": [..."aZ0 @£éÇ\n\r€^{}[]~\\|\f"],
    any: [..."aê€{中’\n\r", "👍", "🇩🇪", "👍🏽", "e\u0301"],
  };
  for (const [name, alphabet] of Object.entries(characters)) {
    test(`agrees with Twilio's calculator on ${name} texts`, () => {
      const text = fc
        .array(fc.constantFrom(...alphabet), { maxLength: 500 })
        .map((picked) => picked.join(""));
      fc.assert(
        fc.property(text, (message) => {
          expect(countSegments(message)).toBe(new SegmentedMessage(message).segmentsCount);
        }),
        { numRuns: 300 },
      );
    });
  }
});
