import type * as z from "zod/v4/core";

const NOUNS: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  number: "a number",
  object: "an object",
  record: "an object",
  string: "a string",
};

/**
 * What is wrong with a field, in words that tell what to write instead. Given to zod's `safeParse` as its error map, so a
 * schema's own message comes first. It never quotes a value, which might be a secret.
 */
export function describeIssue(issue: z.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type": {
      const wanted = NOUNS[issue.expected] ?? issue.expected;
      return issue.input === undefined ? `is missing: set it to ${wanted}` : `must be ${wanted}`;
    }
    case "unrecognized_keys":
      return describeUnknown(issue.keys, issue.inst);
    case "invalid_value":
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
    case "too_small":
      return describeBound(issue.origin, issue.minimum, "at least");
    case "too_big":
      return describeBound(issue.origin, issue.maximum, "at most");
    case "invalid_format":
      return describeFormat(issue);
    case "invalid_union":
      return "has none of the forms that it can have";
    case "invalid_key":
      return issue.issues[0]?.message || "is a name that it can't have";
    default:
      return undefined;
  }
}

/** The typo, and the names that are there to choose from. */
function describeUnknown(keys: readonly string[], schema: z.$ZodRawIssue["inst"]): string {
  const definition = schema?._zod.def;
  const known = definition && "shape" in definition ? Object.keys(definition.shape as object) : [];
  const which = keys.map((key) => `"${key.slice(0, 60)}"`).join(", ");
  const choice = known.length === 0 ? "" : `. Known fields: ${known.join(", ")}`;
  return `unknown field ${which}${choice}`;
}

function describeBound(origin: string, bound: number | bigint, direction: "at least" | "at most"): string {
  if (origin === "string") {
    return direction === "at least" && Number(bound) === 1
      ? "must not be empty"
      : `must have ${direction} ${bound} characters`;
  }
  const entries = Number(bound) === 1 ? "entry" : "entries";
  return origin === "array" ? `must have ${direction} ${bound} ${entries}` : `must be ${direction} ${bound}`;
}

function describeFormat(issue: z.$ZodRawIssue<z.$ZodIssueInvalidStringFormat>): string {
  if (issue.format === "starts_with" && "prefix" in issue) return `must start with "${issue.prefix}"`;
  if (issue.format === "includes" && "includes" in issue) return `must contain "${issue.includes}"`;
  return issue.format === "url" ? "must be a URL" : "has a form that it can't have";
}
