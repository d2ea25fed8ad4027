import { JsonNumber, type JsonValue, TrustedObject } from "./reading/json-body.ts";

/** A vendor's successful answer, as far as it was collected to be priced. */
export interface VendorAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** The body as JSON; `undefined` where it is not JSON, broken, or was too large to collect. */
  json: JsonValue | undefined;
}

/**
 * Reads a collected body; `undefined` when it can't be read. The platform's parser is enough, and ten times faster than
 * the strict one: strictness is for what a client sends, which the vendor could read otherwise.
 */
export function toJson(body: Buffer): JsonValue | undefined {
  try {
    return toValue(JSON.parse(body.toString()));
  } catch {
    return undefined;
  }
}

function toValue(parsed: unknown): JsonValue {
  if (typeof parsed === "number") return new JsonNumber(String(parsed));
  if (Array.isArray(parsed)) return parsed.map(toValue);
  if (typeof parsed !== "object" || parsed === null) return parsed as string | boolean | null;
  const object = new TrustedObject();
  for (const name in parsed) object.set(name, toValue((parsed as Record<string, unknown>)[name]));
  return object;
}
