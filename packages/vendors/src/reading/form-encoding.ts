/** Stands for what parsers read differently. No decoded text holds it, since it is no whole character. */
export const UNCERTAIN = "\udc00";

/** Stands for no value, in a field that only some parsers see. */
export const UNSET = "\udc01";

/**
 * Decodes a part of a form. What isn't a valid escape or valid UTF-8 becomes {@link UNCERTAIN}: some parsers keep it,
 * some drop it, some take it for Latin-1.
 *
 * @param text one character per byte
 * @param isUtf8 if `false`, nothing but ASCII is certain
 */
export function decodeCertain(text: string, isUtf8: boolean): string {
  if (!/[%+\x80-\xff]/.test(text)) return text;
  const spaced = text.replaceAll("+", " ");
  const plain = isUtf8 && !/[\x80-\xff]/.test(spaced) ? decodeUtf8(spaced) : undefined;
  if (plain !== undefined) return plain;
  return spaced.replace(/(?:%[0-9a-f]{2}|[\x80-\xff])+|%/gi, (run) => {
    if (run === "%") return UNCERTAIN;
    const escaped = run.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`);
    const decoded = decodeUtf8(escaped);
    if (decoded !== undefined && (isUtf8 || !/[^\0-\x7f]/.test(decoded))) return decoded;
    return escaped.replace(/%([0-9a-f]{2})/gi, (_escape, hex: string) => {
      const byte = Number.parseInt(hex, 16);
      return byte < 0x80 ? String.fromCharCode(byte) : UNCERTAIN;
    });
  });
}

function decodeUtf8(escaped: string): string | undefined {
  try {
    return decodeURIComponent(escaped);
  } catch {
    return undefined;
  }
}

/**
 * The fields that a parser finds in a pair if it splits pairs at `;` as well as at `&`, as older ones do; without the
 * one that every parser finds. Names are still encoded.
 */
export function splitAtSemicolons(pair: string): [name: string, value: string][] {
  const pieces = pair.split(";");
  const [first = ""] = pieces;
  // With the ; in the value, the first name is the pair's own.
  return (first.includes("=") ? pieces.slice(1) : pieces).map((piece) => {
    const equals = piece.indexOf("=");
    return equals === -1 ? [piece, UNSET] : [piece.slice(0, equals), UNCERTAIN];
  });
}
