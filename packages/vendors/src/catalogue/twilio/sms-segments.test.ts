import fc from "fast-check";
import { SegmentedMessage } from "sms-segments-calculator";
import { describe, expect, it } from "vitest";
import { countSegments } from "./sms-segments.ts";

const count = (text: string): number => new SegmentedMessage(text).segmentsCount;

describe("countSegments", () => {
  it.each<[string, number]>([
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
    ["a\r\n".repeat(54), 2],
    ["👨‍👩‍👧‍👦".repeat(13), 3],
  ])("%j", (text, segments) => {
    expect(countSegments(text)).toBe(segments);
    expect(count(text)).toBe(segments);
  });

  it.each([
    ["GSM-7", [..."aZ0 @£éÇ\n\r€^{}[]~\\|\f"]],
    ["mixed", [..."aê€{中’\n\r`\t", "👍", "🇩🇪", "👍🏽", "e\u0301"]],
  ])("agrees with Twilio's own calculator on %s texts", (_name, alphabet) => {
    const texts = fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 700 });
    fc.assert(fc.property(texts, (text) => countSegments(text) === count(text)));
  });

  it("never counts less than Twilio's own calculator, whatever the text", () => {
    const texts = fc.string({ unit: "binary", minLength: 1, maxLength: 300 });
    fc.assert(fc.property(texts, (text) => countSegments(text) >= count(text)));
  });

  it("cuts up what no segment can hold", () => {
    expect(countSegments(`e${"\u0301".repeat(500)}`)).toBe(Math.ceil(501 / 67));
  });
});
