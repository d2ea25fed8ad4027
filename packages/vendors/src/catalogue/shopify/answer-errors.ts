import type { JsonObject, JsonValue } from "../../reading/json-body.ts";

// Given before anything runs: https://shopify.dev/docs/api/admin-graphql/latest#status-and-error-codes
const REFUSED_REQUEST = new Set(["THROTTLED", "MAX_COST_EXCEEDED", "SHOP_INACTIVE"]);
// And for one field, where the error is its own: below it, access is denied after it has run.
const REFUSED_FIELD = new Set([...REFUSED_REQUEST, "ACCESS_DENIED"]);

// What graphql-ruby, which Shopify runs, says of a document that does not fit the schema.
const INVALID_DOCUMENT = new Set([
  "INVALID_VARIABLE",
  "anonymousOperation",
  "argumentLiteralsIncompatible",
  "argumentNotAccepted",
  "cannotSpreadFragment",
  "defaultValueInvalidType",
  "directiveCannotBeApplied",
  "fieldConflict",
  "fragmentOnNonCompositeType",
  "infiniteLoop",
  "missingRequiredArguments",
  "missingRequiredInputObjectAttribute",
  "multipleOperations",
  "parseError",
  "selectionMismatch",
  "undefinedDirective",
  "undefinedField",
  "undefinedFragment",
  "undefinedType",
  "useAndDefineFragment",
  "variableMismatch",
  "variableNotDefined",
  "variableNotUsed",
  "variableRequiresValidType",
]);

/**
 * Whether an answer without data says for certain that nothing ran. That data is missing proves nothing: Shopify's
 * internal errors come without it too.
 *
 * @param isOpen whether the request left open which operation runs, so that none can
 */
export function isRefusedBeforehand(answer: JsonObject, errors: JsonObject[], isOpen: boolean): boolean {
  if (errors.length === 0) return false;
  const codes = errors.map(readCode);
  if (codes.every((code) => REFUSED_REQUEST.has(code ?? ""))) return true;
  if (answer.has("data")) return false;
  return codes.every((code) => (code === undefined ? isOpen : INVALID_DOCUMENT.has(code)));
}

/** Whether a root field without a payload is certain not to have run. */
export function isRefusedField(key: string, errors: JsonObject[]): boolean {
  const own = errors.filter((error) => readPath(error)[0] === key);
  return own.length > 0 && own.every((error) => readPath(error).length === 1 && isRefusal(error));
}

function isRefusal(error: JsonObject): boolean {
  return REFUSED_FIELD.has(readCode(error) ?? "");
}

function readCode(error: JsonObject): string | undefined {
  const extensions = error.get("extensions");
  const code = extensions instanceof Map ? extensions.get("code") : undefined;
  return typeof code === "string" ? code : undefined;
}

function readPath(error: JsonObject): JsonValue[] {
  const path = error.get("path");
  return Array.isArray(path) ? path : [];
}
