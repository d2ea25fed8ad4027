import { type DirectiveNode, type FieldNode, Kind, type SelectionSetNode } from "graphql";
import { Unreadable } from "../../reading/unreadable.ts";
import type { Fragments } from "./graphql-request.ts";

/** What one name of the answer stands for. */
export interface SelectedField {
  /** The name in the answer: the alias, or the field's own. */
  key: string;
  nodes: FieldNode[];
  /** Whether `@skip` or `@include` may leave it out. */
  isConditional: boolean;
}

/**
 * The fields of some selections, through fragments, by their name in the answer. Conditions are ignored: what may
 * run is taken to run.
 *
 * @throws {Unreadable} a fragment that is not defined
 */
export function selectFields(
  selections: readonly (SelectionSetNode | undefined)[],
  fragments: Fragments,
): Map<string, SelectedField> {
  const fields = new Map<string, SelectedField>();
  // A fragment adds nothing the second time: what it adds has the same names and the same arguments.
  const spread = new Set<string>();

  function collect(selection: SelectionSetNode | undefined, isConditional: boolean): void {
    for (const node of selection?.selections ?? []) {
      const mayBeLeftOut = isConditional || hasCondition(node.directives);
      if (node.kind === Kind.FIELD) add(node, mayBeLeftOut);
      else if (node.kind === Kind.INLINE_FRAGMENT) collect(node.selectionSet, mayBeLeftOut);
      else collectFragment(node.name.value, mayBeLeftOut);
    }
  }

  function collectFragment(name: string, isConditional: boolean): void {
    const fragment = fragments.get(name);
    if (!fragment) throw new Unreadable("the query spreads a fragment that is not defined");
    const visit = `${isConditional} ${name}`;
    if (spread.has(visit)) return;
    spread.add(visit);
    collect(fragment.selectionSet, isConditional);
  }

  function add(node: FieldNode, isConditional: boolean): void {
    const key = node.alias?.value ?? node.name.value;
    const found = fields.get(key);
    if (!found) fields.set(key, { key, nodes: [node], isConditional });
    else {
      found.nodes.push(node);
      found.isConditional &&= isConditional;
    }
  }

  for (const selection of selections) collect(selection, false);
  return fields;
}

/**
 * The selected field that is certain to be this one: an alias could call any list `userErrors`, and so make a
 * refund look refused.
 */
export function findFields(fields: Map<string, SelectedField>, name: string): SelectedField[] {
  return [...fields.values()].filter(({ nodes }) =>
    nodes.every((node) => node.name.value === name && !node.arguments?.length),
  );
}

/** Whether a field of one of these names is selected at any depth. */
export function selectsAny(
  selection: SelectionSetNode,
  fragments: Fragments,
  names: ReadonlySet<string>,
): boolean {
  const spread = new Set<string>();
  function looksInto(inner: SelectionSetNode | undefined): boolean {
    return (inner?.selections ?? []).some((node) => {
      if (node.kind !== Kind.FRAGMENT_SPREAD) {
        return (node.kind === Kind.FIELD && names.has(node.name.value)) || looksInto(node.selectionSet);
      }
      if (spread.has(node.name.value)) return false;
      spread.add(node.name.value);
      return looksInto(fragments.get(node.name.value)?.selectionSet);
    });
  }
  return looksInto(selection);
}

function hasCondition(directives: readonly DirectiveNode[] | undefined): boolean {
  return directives?.some(({ name }) => name.value === "skip" || name.value === "include") ?? false;
}
