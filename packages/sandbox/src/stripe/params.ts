import { invalidRequest } from "./errors.ts";
import { type FormObject, isFormObject } from "./form.ts";

const strictInteger = /^-?(?:0|[1-9][0-9]{0,11})$/;

export function readInteger(params: FormObject, name: string, minimum: number): number | undefined {
  const value = params[name];
  if (value === undefined) return undefined;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (text === "") throw emptyValue(name);
  if (!strictInteger.test(text)) {
    throw invalidRequest(`Invalid integer: ${text}`, { code: "parameter_invalid_integer", param: name });
  }
  const integer = Number(text);
  if (integer < minimum) {
    throw invalidRequest(`This value must be greater than or equal to ${minimum}.`, {
      code: "parameter_invalid_integer",
      param: name,
    });
  }
  return integer;
}

export function readAmount(params: FormObject, name = "amount"): number | undefined {
  return readInteger(params, name, 1);
}

export function requireAmount(params: FormObject): number {
  return readAmount(params) ?? missing("amount");
}

/** Any three letters: which currencies exist is not this sandbox's business. */
export function readCurrency(params: FormObject): string | undefined {
  const currency = readString(params, "currency")?.toLowerCase();
  if (currency !== undefined && !/^[a-z]{3}$/.test(currency)) {
    throw invalidRequest(`Invalid currency: ${currency}.`, { param: "currency" });
  }
  return currency;
}

export function requireCurrency(params: FormObject): string {
  return readCurrency(params) ?? missing("currency");
}

export function readString(params: FormObject, name: string): string | undefined {
  const value = params[name];
  if (value === undefined) return undefined;
  if (typeof value !== "string") throw invalidRequest("Invalid string", { param: name });
  if (value === "") throw emptyValue(name);
  return value;
}

/** A text that an empty value clears. */
export function readClearableString(params: FormObject, name: string): string | null | undefined {
  return params[name] === "" ? null : readString(params, name);
}

export function readBoolean(params: FormObject, name: string): boolean | undefined {
  const value = params[name];
  if (value === undefined) return undefined;
  if (value !== "true" && value !== "false") {
    throw invalidRequest(`Invalid boolean: ${String(value)}`, { param: name });
  }
  return value === "true";
}

export function readChoice<Choice extends string>(
  params: FormObject,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const value = readString(params, name);
  if (value === undefined) return undefined;
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) {
    throw invalidRequest(`Invalid ${name}: must be one of ${choices.join(", ")}`, { param: name });
  }
  return choice;
}

/** Metadata after this call: an empty value removes its key, an empty `metadata` removes them all. */
export function mergeMetadata(
  before: Readonly<Record<string, string>>,
  params: FormObject,
): Record<string, string> {
  const given = params.metadata;
  if (given === undefined) return { ...before };
  if (given === "") return {};
  if (!isFormObject(given)) throw invalidRequest("Invalid object", { param: "metadata" });
  const merged = new Map(Object.entries(before));
  for (const [key, value] of Object.entries(given)) {
    if (typeof value !== "string") throw invalidRequest("Invalid string", { param: `metadata[${key}]` });
    if (value === "") merged.delete(key);
    else merged.set(key, value);
  }
  return Object.fromEntries(merged);
}

function missing(name: string): never {
  throw invalidRequest(`Missing required param: ${name}.`, { code: "parameter_missing", param: name });
}

function emptyValue(name: string): Error {
  return invalidRequest(
    `You passed an empty string for '${name}'. We assume empty values are an attempt to unset a parameter; ` +
      `however '${name}' cannot be unset.`,
    { code: "parameter_invalid_empty", param: name },
  );
}
