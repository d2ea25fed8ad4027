/** `daily_usd_cap` becomes `dailyUsdCap`. */
export type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

/** A wire type with its names in camelCase, all the way down. */
export type CamelKeys<Wire> = Wire extends readonly (infer Item)[]
  ? CamelKeys<Item>[]
  : Wire extends object
    ? { [Name in keyof Wire as Name extends string ? CamelCase<Name> : Name]: CamelKeys<Wire[Name]> }
    : Wire;

/** Renames the fields of an API response from snake_case to camelCase, all the way down. */
export function fromWire<Wire>(value: Wire): CamelKeys<Wire> {
  return rename(value, toCamelCase) as CamelKeys<Wire>;
}

/** Renames the fields of a request body from camelCase to snake_case, all the way down. */
export function toWire(value: unknown): unknown {
  return rename(value, toSnakeCase);
}

const toCamelCase = (name: string): string =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
const toSnakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function rename(value: unknown, toName: (name: string) => string): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => rename(item, toName));
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      toName(name),
      // The names in `metadata` are the caller's own.
      name === "metadata" ? field : rename(field, toName),
    ]),
  );
}
