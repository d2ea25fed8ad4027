import { decodeCertain, splitAtSemicolons, UNCERTAIN, UNSET } from "./form-encoding.ts";
import { Unreadable } from "./unreadable.ts";

/**
 * The fields of a form body in the order sent. Names are decoded, brackets and all. A value that parsers decode
 * differently holds a lone surrogate, so that only a field that a price depends on has to be plain.
 */
export type FormFields = ReadonlyMap<string, readonly string[]>;

/** How a form was sent. */
export interface FormSource {
  /** What the message of a refusal calls it. Default: `the form body`. */
  called?: string;
  /** Whether the parsers agree that it is UTF-8. If not, only its ASCII is certain. Default `true`. */
  isUtf8?: boolean;
}

// Tabs and line breaks in a value read the same everywhere. A NUL may end the whole body for a parser written in C.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const CONTROL = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/;

/**
 * Reads `application/x-www-form-urlencoded`. What two parsers could read differently is kept as such: reading the value
 * throws, and a field that only some parsers see makes every field of its name uncertain.
 *
 * @throws {Unreadable} a control character, in a name also an encoded one
 */
export function parseForm(
  body: Buffer,
  { called = "the form body", isUtf8 = true }: FormSource = {},
): FormFields {
  const text = body.toString("latin1");
  if (CONTROL.test(text)) throw new Unreadable(`${called} holds a control character`);
  const fields = new Map<string, string[]>();
  const add = (name: string, value: string): void => {
    const values = fields.get(name);
    if (values) values.push(value);
    else fields.set(name, [value]);
  };
  const decode = /^[^%+\x80-\xff]*$/.test(text) ? asWritten : (part: string) => decodeCertain(part, isUtf8);
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
    if (/[\x00-\x1f\x7f]/.test(name)) throw new Unreadable(`a name in ${called} holds a control character`);
    const pieces = pair.includes(";") ? splitAtSemicolons(pair) : [];
    const value = equals === -1 ? UNCERTAIN : decode(pair.slice(equals + 1));
    add(name, pieces.length > 0 ? value.replaceAll(";", UNCERTAIN) : value);
    for (const [piece, uncertain] of pieces) add(decode(piece), uncertain);
  }
  return fields;
}

const asWritten = (text: string): string => text;

/**
 * The one value of a field, or `undefined` where it is absent.
 *
 * @throws {Unreadable} where the field is repeated, comes a second time under a name that a vendor may read as the
 * same (`amount[]`, `[amount]`, `Amount`, ` amount`), or has a value that parsers read differently
 */
export function readFormScalar(fields: FormFields, name: string): string | undefined {
  const folded = name.toLowerCase();
  let same = 0;
  for (const key of fields.keys()) if (toBaseName(key) === folded) same++;
  if (same === 0) return undefined;
  const values = fields.get(name);
  const [value] = values ?? [];
  if (same > 1 || value === undefined || values?.length !== 1) {
    throw new Unreadable(`${name} must be given once, as ${name}=value`);
  }
  refuseUncertain(value, name);
  return value;
}

/** @throws {Unreadable} a value that parsers read differently */
export function refuseUncertain(value: string, name: string): void {
  if (!/\p{Surrogate}/u.test(value)) return;
  throw new Unreadable(`${name} can be read in two ways: send ${name}=value as percent-encoded UTF-8`);
}

/**
 * The names of all fields that set something, brackets cut off, each as the most liberal vendor reads it. In `a=x; y`,
 * `y` sets nothing for any vendor.
 */
export function getFormNames(fields: FormFields): Set<string> {
  const set = [...fields].filter(([, values]) => values.some((value) => value !== UNSET));
  return new Set(set.map(([key]) => toBaseName(key)));
}

/** Whether a field is there under any name that a vendor may read as this one. */
export function hasFormField(fields: FormFields, name: string): boolean {
  return [...fields.keys()].some((key) => toBaseName(key) === name.toLowerCase());
}

/**
 * The name of a field without its brackets, as the most liberal vendor reads it. Rack, which some run on, skips leading
 * brackets and drops a stray one: `[amount]` and `amount]` are `amount`. Other parsers drop bytes that aren't UTF-8.
 */
export function toBaseName(key: string): string {
  // As nearly every field is written, and there are many.
  if (/^[a-z0-9_]+$/.test(key)) return key;
  const [base = ""] = key
    .replace(/\p{Surrogate}/gu, "")
    .normalize("NFKC")
    .replace(/^[[\]\s]+/, "")
    .split(/[[\]]/, 1);
  return base.trim().toLowerCase();
}
