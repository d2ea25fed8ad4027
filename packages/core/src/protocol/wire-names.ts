import type * as z from "zod/mini";

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

type Schema = z.core.$ZodType;

const toCamelCase = (name: string): string =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/**
 * Renames the fields that a schema knows from snake_case to camelCase. Values the schema holds as free-form
 * pairs (`metadata`) keep their names: they are the caller's.
 */
export function fromWire<Wire>(schema: z.core.$ZodType<Wire>, value: Wire): CamelKeys<Wire> {
  return rename(schema, value, (name) => [name, toCamelCase(name)]) as CamelKeys<Wire>;
}

/**
 * The other way round. A field that the schema does not know is handed on as it is, so that the API can refuse
 * it by its name.
 */
export function toWire<Wire>(schema: z.core.$ZodType<Wire>, value: unknown): unknown {
  return rename(schema, value, (name) => [toCamelCase(name), name]);
}

function rename(
  schema: Schema,
  value: unknown,
  direction: (wireName: string) => [from: string, to: string],
): unknown {
  const def = (schema as z.core.$ZodTypes)._zod.def;
  if (value === null || value === undefined) return value;
  switch (def.type) {
    case "optional":
    case "nullable":
      return rename(def.innerType, value, direction);
    case "array":
      return Array.isArray(value) ? value.map((item) => rename(def.element, item, direction)) : value;
    case "union": {
      // Only an object has names; where one may stand, the other choices are plain values.
      const asObject = def.options.find((option) => (option as z.core.$ZodTypes)._zod.def.type === "object");
      return asObject && typeof value === "object" ? rename(asObject, value, direction) : value;
    }
    case "object": {
      if (typeof value !== "object") return value;
      const renamed: Record<string, unknown> = { ...value };
      for (const [wireName, field] of Object.entries(def.shape)) {
        const [from, to] = direction(wireName);
        if (!Object.hasOwn(value, from)) continue;
        delete renamed[from];
        renamed[to] = rename(field, (value as Record<string, unknown>)[from], direction);
      }
      return renamed;
    }
    default:
      return value;
  }
}
