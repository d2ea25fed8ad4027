import { JsonNumber, type JsonValue } from "./json-body.ts";
import { Unreadable } from "./unreadable.ts";

/**
 * A JSON object as the bracketed form body that Stripe v1 takes: `{ metadata: { a: 1 } }` becomes
 * `metadata[a]=1`. `null` becomes the empty value, which is how a form unsets a field.
 *
 * @throws {Unreadable} where the body is not an object
 */
export function jsonToForm(body: JsonValue): Buffer {
  if (!(body instanceof Map)) throw new Unreadable("the JSON body must be an object");
  const pairs: string[] = [];
  for (const [name, value] of body) append(pairs, name, value);
  return Buffer.from(pairs.join("&"), "latin1");
}

function append(pairs: string[], name: string, value: JsonValue): void {
  if (value instanceof Map) {
    for (const [key, member] of value) append(pairs, `${name}[${key}]`, member);
  } else if (Array.isArray(value)) {
    for (const [index, member] of value.entries()) append(pairs, `${name}[${index}]`, member);
  } else {
    pairs.push(`${encode(name)}=${encode(toText(value))}`);
  }
}

function toText(value: null | boolean | string | JsonNumber): string {
  if (value === null) return "";
  return value instanceof JsonNumber ? value.lexeme : String(value);
}

function encode(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    throw new Unreadable("the body holds half a surrogate pair");
  }
}
