import { Unreadable } from "./unreadable.ts";

/** The fields of a form body in the order sent; names are decoded, brackets and all. */
export type FormFields = ReadonlyMap<string, readonly string[]>;

/**
 * Reads `application/x-www-form-urlencoded` so that no vendor could read it otherwise.
 *
 * @throws {Unreadable} bytes outside printable ASCII, a `;` (some parsers split at it), an empty pair, a broken
 * escape, a control character in a name
 */
export function parseForm(body: Buffer): FormFields {
  const text = body.toString("latin1");
  if (!/^[\x21-\x7e]*$/.test(text)) throw new Unreadable("a form body may hold printable ASCII only");
  if (text.includes(";")) throw new Unreadable("a form body may not hold a bare ;");
  const fields = new Map<string, string[]>();
  if (text === "") return fields;
  const decode = /[%+]/.test(text) ? decodePart : asWritten;
  for (const pair of text.split("&")) {
    const equals = pair.indexOf("=");
    if (equals <= 0) throw new Unreadable("every pair of a form body must be name=value");
    const name = decode(pair.slice(0, equals));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
    if (/[\x00-\x1f\x7f]/.test(name)) throw new Unreadable("a field's name holds a control character");
    const values = fields.get(name);
    const value = decode(pair.slice(equals + 1));
    if (values) values.push(value);
    else fields.set(name, [value]);
  }
  return fields;
}

const asWritten = (text: string): string => text;

function decodePart(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw new Unreadable("a form body holds a broken escape");
  }
}

/**
 * The one value of a field, or `undefined` where it is absent.
 *
 * @throws {Unreadable} where the field is repeated, or comes a second time under a name that a vendor may read
 * as the same: `amount[]`, `[amount]`, `Amount`, ` amount`
 */
export function readFormScalar(fields: FormFields, name: string): string | undefined {
  const folded = name.toLowerCase();
  let same = 0;
  for (const key of fields.keys()) if (toBaseName(key) === folded) same++;
  if (same === 0) return undefined;
  const values = fields.get(name);
  if (same > 1 || values?.length !== 1) throw new Unreadable(`${name} must be given once, as ${name}=value`);
  return values[0];
}

/** The names of all fields, brackets cut off, each as the most liberal vendor reads it. */
export function getFormNames(fields: FormFields): Set<string> {
  return new Set([...fields.keys()].map(toBaseName));
}

/** Whether a field is there under any name that a vendor may read as this one. */
export function hasFormField(fields: FormFields, name: string): boolean {
  return [...fields.keys()].some((key) => toBaseName(key) === name.toLowerCase());
}

/**
 * The name of a field without its brackets, as the most liberal vendor reads it. Rack, which some run on, skips leading
 * brackets and drops a stray one: `[amount]` and `amount]` are `amount`.
 */
export function toBaseName(key: string): string {
  // As nearly every field is written, and there are many.
  if (/^[a-z0-9_]+$/.test(key)) return key;
  const [base = ""] = key
    .normalize("NFKC")
    .replace(/^[[\]\s]+/, "")
    .split(/[[\]]/, 1);
  return base.trim().toLowerCase();
}
