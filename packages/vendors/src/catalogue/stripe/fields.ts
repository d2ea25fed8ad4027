import type { Pricer } from "../../define-vendor.ts";
import { FREE, UNPRICED } from "../../quote.ts";
import { type FormFields, getFormNames, refuseUncertain, toBaseName } from "../../reading/form-body.ts";
import { Unreadable } from "../../reading/unreadable.ts";

/** Whether a form holds no other fields than these, under whatever spelling. */
export function hasOnlyFields(form: FormFields, names: readonly string[]): boolean {
  return [...getFormNames(form)].every((name) => names.includes(name));
}

/**
 * Free as long as only these fields are set. What a field does that nobody has listed here is not known, and
 * older versions of the API, which the caller chooses, have more of them.
 */
export function freeWithOnly(...names: string[]): Pricer {
  return ({ form }) => (hasOnlyFields(form, names) ? FREE : UNPRICED);
}

/**
 * The fields below a name, `line_items[0][quantity]` as `0.quantity`; what stands below a `metadata` is left out.
 *
 * @throws {Unreadable} a field that is repeated, has an unnumbered list in it, or could be read in another way
 */
export function readFormTree(form: FormFields, name: string): Map<string, string> {
  const tree = new Map<string, string>();
  for (const [key, values] of form) {
    if (toBaseName(key) !== name) continue;
    if (/\[metadata\]\[[^[\]]+\]$/.test(key)) continue;
    const path = /^((?:\[(?:0|[1-9][0-9]*|[a-z][a-z0-9_]*)\])+)$/.exec(key.slice(name.length))?.[1];
    const [value] = values;
    if (!key.startsWith(name) || path === undefined || value === undefined || values.length !== 1) {
      throw new Unreadable(`what stands below ${name} must be given once, and lists by number`);
    }
    refuseUncertain(value, key);
    tree.set(path.slice(1, -1).replaceAll("][", "."), value);
  }
  const paths = [...tree.keys()];
  if (paths.some((path) => paths.some((other) => other.startsWith(`${path}.`)))) {
    throw new Unreadable(`what stands below ${name} is a value and an object at once`);
  }
  return tree;
}

/** The indexes of a list in a tree: `0` and `1` of `0.quantity`, `0.price` and `1.price`. */
export function listIndexes(tree: ReadonlyMap<string, string>): Set<string> {
  return new Set([...tree.keys()].map((path) => path.slice(0, path.indexOf("."))));
}

/**
 * @throws {Unreadable} an id with anything in it that could change the path it is put into
 */
export function readPlainId(id: string | undefined): string {
  if (id === undefined || !/^[A-Za-z0-9_]+$/.test(id)) throw new Unreadable("the id is not plain");
  return id;
}
