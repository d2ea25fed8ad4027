const gsm7Basic =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/** Sent as an escape and a character: two septets, which one segment must hold together. */
const gsm7Extended = "^{}\\[~]|€\f";

const septetsOf = new Map<string, number>([
  ...Array.from(gsm7Basic, (character) => [character, 1] as const),
  ...Array.from(gsm7Extended, (character) => [character, 2] as const),
]);

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/**
 * How many SMS a text is sent as: one up to 160 septets (GSM-7) or 70 UTF-16 units (anything else), more of
 * 153 or 67. As Twilio's own calculator has it, no segment ends inside what a reader sees as one character.
 */
export function countSegments(text: string): number {
  const septets = Array.from(text, (character) => septetsOf.get(character));
  if (septets.every((size) => size !== undefined)) return countParts(septets, 160, 153);
  return countParts(toGraphemes(text), 70, 67);
}

/** The UTF-16 units of each character. A CRLF is one grapheme to Unicode, but two characters to an SMS. */
function toGraphemes(text: string): number[] {
  return Array.from(graphemes.segment(text)).flatMap(({ segment }) =>
    segment === "\r\n" ? [1, 1] : [segment.length],
  );
}

function countParts(sizes: readonly number[], alone: number, together: number): number {
  if (sizes.reduce((total, size) => total + size, 0) <= alone) return 1;
  let parts = 1;
  let used = 0;
  for (const size of sizes) {
    if (used > 0 && used + size > together) {
      parts += 1;
      used = 0;
    }
    used += size;
  }
  return parts;
}
