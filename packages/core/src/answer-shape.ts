/** A `string` isn't empty, and a `timestamp` is one that `Date` can read. */
type FieldType = "string" | "timestamp" | "number" | "boolean" | "array";

/** The fields of a response that the client itself works with, and their types. */
export interface AnswerShape {
  readonly [field: string]: FieldType | AnswerShape;
}

/**
 * Refuses what isn't a response of the control API, such as a gateway's page. It checks only the given fields: checking
 * all of them would cost more than the request, and refuse what a later API adds.
 *
 * @throws {Error} names the field and never its value, which might be a token
 */
export function assertShape(answer: unknown, shape: AnswerShape): void {
  for (const field in shape) {
    const value = (answer as Record<string, unknown> | null | undefined)?.[field];
    const type = shape[field];
    if (typeof type === "object") assertShape(value, type);
    else if (!isOfType(value, type)) throw new Error(`the control API's response has no valid ${field}`);
  }
}

function isOfType(value: unknown, type: FieldType | undefined): boolean {
  if (type === "string") return typeof value === "string" && value !== "";
  if (type === "timestamp") return typeof value === "string" && !Number.isNaN(Date.parse(value));
  return type === "array" ? Array.isArray(value) : typeof value === type;
}
