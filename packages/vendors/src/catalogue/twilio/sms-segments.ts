// GSM 03.38, https://www.twilio.com/docs/glossary/what-is-gsm-7-character-encoding
const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
// An escape and a character, which one segment must hold together.
const EXTENDED = "^{}\\[~]|€\f";

const SEPTETS = new Map<string, number>([
  ...[...BASIC].map((character) => [character, 1] as const),
  ...[...EXTENDED].map((character) => [character, 2] as const),
]);

const GRAPHEMES = new Intl.Segmenter("en", { granularity: "grapheme" });

/**
 * How many segments a text is sent, and billed, as: one of at most 160 septets where GSM-7 has every character of
 * it, or of 70 UTF-16 units; else several of 153 or 67, none of which ends within what a reader sees as one
 * character.
 *
 * @see https://www.twilio.com/docs/glossary/what-sms-character-limit
 */
export function countSegments(text: string): number {
  const septets = Array.from(text, (character) => SEPTETS.get(character));
  return septets.every((size) => size !== undefined)
    ? pack(septets, 160, 153)
    : pack(toGraphemeSizes(text), 70, 67);
}

/** UTF-16 units. A line break of two characters is one to Unicode, but not to an SMS. */
function toGraphemeSizes(text: string): number[] {
  return [...GRAPHEMES.segment(text)].flatMap(({ segment }) =>
    segment === "\r\n" ? [1, 1] : [segment.length],
  );
}

function pack(sizes: readonly number[], alone: number, together: number): number {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total <= alone) return 1;
  let segments = 1;
  let used = 0;
  for (const size of sizes) {
    if (used > 0 && used + size > together) {
      segments++;
      used = 0;
    }
    used += size;
    // Nothing that is longer than a segment fits into one.
    while (used > together) {
      segments++;
      used -= together;
    }
  }
  return segments;
}
