export type FormValue = string | string[] | FormObject;

export interface FormObject {
  [name: string]: FormValue;
}

/**
 * Reads form text with Stripe's brackets: `metadata[a]=b` becomes an object, `expand[]=x` a list. Where a
 * name is repeated the last value wins: if a proxy lets the ambiguity through, the emulator should act on the
 * reading that the proxy did not price.
 */
export function parseForm(...texts: readonly string[]): FormObject {
  const form = emptyForm();
  for (const text of texts) {
    for (const [name, value] of new URLSearchParams(text)) assign(form, toPath(name), value);
  }
  return form;
}

/** `items[0][price]` → `items`, `0`, `price`; a name without proper brackets stays whole. */
function toPath(name: string): string[] {
  const open = name.indexOf("[");
  if (open <= 0 || !name.endsWith("]")) return [name];
  return [name.slice(0, open), ...name.slice(open + 1, -1).split("][")];
}

function assign(form: FormObject, path: readonly string[], value: string): void {
  let target = form;
  for (const [depth, name] of path.entries()) {
    const next = path[depth + 1];
    const existing = target[name];
    if (next === undefined) {
      target[name] = value;
    } else if (next === "" && depth + 2 === path.length) {
      target[name] = [...(Array.isArray(existing) ? existing : []), value];
      return;
    } else {
      const inner = isFormObject(existing) ? existing : emptyForm();
      target[name] = inner;
      target = inner;
    }
  }
}

export function isFormObject(value: FormValue | undefined): value is FormObject {
  return typeof value === "object" && !Array.isArray(value);
}

// Without a prototype, since the names come from the caller.
function emptyForm(): FormObject {
  return Object.create(null);
}
