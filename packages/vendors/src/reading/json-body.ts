import { RepeatedName, Unreadable } from "./unreadable.ts";

/** A JSON number as it was written: `2000`, `2e3` and `2000.0` are told apart. */
export class JsonNumber {
  readonly lexeme: string;

  constructor(lexeme: string) {
    this.lexeme = lexeme;
  }
}

/** A JSON value. Objects are maps, so that no name is special. */
export type JsonValue = null | boolean | string | JsonNumber | JsonValue[] | JsonObject;
export type JsonObject = Map<string, JsonValue>;

/** An object of a vendor's answer: nobody gains by writing a name in it in two ways. */
export class TrustedObject extends Map<string, JsonValue> {}

const MAX_DEPTH = 64;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON allows no bare control character in a string
const STRING = /"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"/y;
const SPACE = /[ \t\n\r]*/y;

/**
 * Reads JSON so that no vendor could read it otherwise: the platform's parser keeps the last of two equal names
 * and forgets how a number was written, and either would let an amount be misread.
 *
 * @throws {Unreadable} invalid JSON or UTF-8, a name given twice in one object, nesting beyond 64
 */
export function parseJson(body: Buffer): JsonValue {
  return new JsonReader(decodeUtf8(body)).read();
}

/** @throws {Unreadable} invalid UTF-8 */
export function decodeUtf8(body: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw new Unreadable("the body is not valid UTF-8");
  }
}

class JsonReader {
  #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): JsonValue {
    const value = this.#value(0);
    this.#match(SPACE);
    if (this.#at !== this.#text.length) throw this.#broken();
    return value;
  }

  #value(depth: number): JsonValue {
    if (depth > MAX_DEPTH) throw new Unreadable(`the body is nested deeper than ${MAX_DEPTH}`);
    this.#match(SPACE);
    switch (this.#text[this.#at]) {
      case "{":
        return this.#object(depth);
      case "[":
        return this.#array(depth);
      case '"':
        return this.#string();
      case "t":
        return this.#word("true", true);
      case "f":
        return this.#word("false", false);
      case "n":
        return this.#word("null", null);
      default: {
        const lexeme = this.#match(NUMBER);
        if (lexeme === undefined) throw this.#broken();
        return new JsonNumber(lexeme);
      }
    }
  }

  #object(depth: number): JsonObject {
    const object: JsonObject = new Map();
    this.#at++;
    if (this.#take("}")) return object;
    do {
      this.#match(SPACE);
      const name = this.#string();
      if (object.has(name)) throw new RepeatedName(name);
      if (!this.#take(":")) throw this.#broken();
      object.set(name, this.#value(depth + 1));
    } while (this.#take(","));
    if (!this.#take("}")) throw this.#broken();
    return object;
  }

  #array(depth: number): JsonValue[] {
    const array: JsonValue[] = [];
    this.#at++;
    if (this.#take("]")) return array;
    do array.push(this.#value(depth + 1));
    while (this.#take(","));
    if (!this.#take("]")) throw this.#broken();
    return array;
  }

  #string(): string {
    const lexeme = this.#match(STRING);
    if (lexeme === undefined) throw this.#broken();
    return JSON.parse(lexeme);
  }

  #word<Value>(word: string, value: Value): Value {
    if (!this.#text.startsWith(word, this.#at)) throw this.#broken();
    this.#at += word.length;
    return value;
  }

  #take(character: string): boolean {
    this.#match(SPACE);
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text)?.[0];
    if (match !== undefined) this.#at += match.length;
    return match;
  }

  #broken(): Unreadable {
    return new Unreadable(`the body is not valid JSON at character ${this.#at}`);
  }
}

/**
 * The value at a JSON pointer (RFC 6901), or `undefined` where there is none.
 *
 * @throws {Unreadable} where a name on the way also stands there in other letters: some vendors' parsers take
 * `Amount` for `amount`
 */
export function readPointer(value: JsonValue | undefined, pointer: string): JsonValue | undefined {
  const last = pointer.lastIndexOf("/");
  if (last < 0) return value;
  const parent = last === 0 ? value : readPointer(value, pointer.slice(0, last));
  const token = pointer.slice(last + 1);
  const name = token.includes("~") ? token.replaceAll("~1", "/").replaceAll("~0", "~") : token;
  if (Array.isArray(parent)) return /^(0|[1-9]\d*)$/.test(name) ? parent[Number(name)] : undefined;
  return parent instanceof Map ? readMember(parent, name) : undefined;
}

/** @throws {Unreadable} a list with several items, of which a pointer reads one only: the vendor acts on all */
export function refuseIndex(value: JsonValue, pointer: string): void {
  if (!Array.isArray(value) || value.length < 2) return;
  throw new Unreadable(
    `${pointer} reads one item of a list that has ${value.length}: the operator can write * to add them all up`,
  );
}

function readMember(object: JsonObject, name: string): JsonValue | undefined {
  if (object instanceof TrustedObject) return object.get(name);
  const folded = name.toLowerCase();
  for (const key of object.keys()) {
    if (key !== name && key.trim().toLowerCase() === folded) {
      throw new Unreadable(`${name} must be given once, in exactly these letters`);
    }
  }
  return object.get(name);
}

/** The text of a string or a number as it was written; `undefined` for anything else. */
export function toLexeme(value: JsonValue | undefined): string | undefined {
  if (typeof value === "string") return value;
  return value instanceof JsonNumber ? value.lexeme : undefined;
}
