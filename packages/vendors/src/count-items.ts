import { type JsonValue, readPointer, refuseIndex } from "./reading/json-body.ts";
import { Unreadable } from "./reading/unreadable.ts";

/**
 * How many items stand at a JSON pointer, at most; `*` in it stands for every item of a list. A single text counts
 * for as many as its separators allow: `"a@x, b@x"` for two.
 *
 * @throws {Unreadable} something else than a list or a text stands there, so that a vendor may find more in it
 */
export function countItems(body: JsonValue | undefined, pointer: string): number {
  return countAt(body, pointer.split("/").slice(1), pointer);
}

function countAt(value: JsonValue | undefined, [token, ...rest]: string[], pointer: string): number {
  if (value === undefined || value === null) return 0;
  if (token === undefined) return countValue(value, pointer);
  if (token !== "*") {
    refuseIndex(value, pointer);
    return countAt(readPointer(value, `/${token}`), rest, pointer);
  }
  if (!Array.isArray(value)) throw new Unreadable(`${pointer} needs a list where the * stands`);
  return value.reduce((sum: number, item) => sum + countAt(item, rest, pointer), 0);
}

function countValue(value: JsonValue, pointer: string): number {
  if (typeof value === "string") return value.split(/[,;\n]/).length;
  if (!Array.isArray(value)) throw new Unreadable(`${pointer} must be a list or a text`);
  return value.reduce((sum: number, item) => {
    if (Array.isArray(item)) throw new Unreadable(`${pointer} must not hold a list in a list`);
    return sum + (typeof item === "string" ? countValue(item, pointer) : 1);
  }, 0);
}
