import { JsonNumber, type JsonValue } from "./json-body.ts";

/** JSON with every number as it was read. */
export function toJsonText(value: JsonValue): string {
  if (value instanceof JsonNumber) return value.lexeme;
  if (Array.isArray(value)) return `[${value.map(toJsonText).join(",")}]`;
  if (!(value instanceof Map)) return JSON.stringify(value);
  return `{${[...value].map(([name, member]) => `${JSON.stringify(name)}:${toJsonText(member)}`).join(",")}}`;
}
