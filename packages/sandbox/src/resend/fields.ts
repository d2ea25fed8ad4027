import { invalid, missing } from "./errors.ts";

export type Fields = Readonly<Record<string, unknown>>;

export function readFields(body: unknown): Fields {
  if (!isFields(body)) throw invalid("The request body must be a JSON object.");
  return body;
}

export function readString(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "string") throw invalid(`Invalid \`${name}\` field. It must be a string.`);
  return value;
}

export function requireString(fields: Fields, name: string): string {
  const value = readString(fields, name);
  if (value === undefined) throw missing(name);
  return value;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
