import { type JsonValue, parseJson } from "./reading/json-body.ts";
import { Unreadable } from "./reading/unreadable.ts";

/** A vendor's successful answer, as far as it was collected to be priced. */
export interface VendorAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** The body as JSON; `undefined` where it is not JSON, broken, or was too large to collect. */
  json: JsonValue | undefined;
}

/** Reads a collected body; `undefined` when it can't be read. */
export function toJson(body: Buffer): JsonValue | undefined {
  try {
    return parseJson(body);
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}
