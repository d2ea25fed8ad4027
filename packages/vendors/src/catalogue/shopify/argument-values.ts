import {
  type ArgumentNode,
  type FieldNode,
  Kind,
  type ObjectFieldNode,
  type OperationDefinitionNode,
  type ValueNode,
  type VariableDefinitionNode,
} from "graphql";
import { JsonNumber, type JsonObject, type JsonValue } from "../../reading/json-body.ts";
import { Unreadable } from "../../reading/unreadable.ts";

/** Reads the arguments of a field as values, variables and their defaults put in. */
export type ReadArguments = (field: FieldNode) => JsonObject;

/**
 * @throws {Unreadable} a name given twice, a variable that is not defined, or one that is required and missing
 */
export function createArgumentReader(
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: JsonObject,
): ReadArguments {
  const definitions = new Map<string, VariableDefinitionNode>();
  for (const definition of variableDefinitions) {
    const name = definition.variable.name.value;
    if (definitions.has(name)) throw new Unreadable("a variable is defined twice");
    definitions.set(name, definition);
  }

  function readVariable(name: string): JsonValue | undefined {
    const definition = definitions.get(name);
    if (!definition) throw new Unreadable("the query uses a variable that it does not define");
    const { type, defaultValue } = definition;
    const value = variables.get(name) ?? (variables.has(name) ? null : undefined);
    if (value !== undefined) return value;
    if (defaultValue) return readValue(defaultValue);
    if (type.kind === Kind.NON_NULL_TYPE)
      throw new Unreadable("a variable that the query requires is missing");
    return undefined;
  }

  /** `undefined` for a variable that was left out: its field is then left out too. */
  function readValue(node: ValueNode): JsonValue | undefined {
    switch (node.kind) {
      case Kind.VARIABLE:
        return readVariable(node.name.value);
      case Kind.INT:
      case Kind.FLOAT:
        return new JsonNumber(node.value);
      case Kind.STRING:
      case Kind.BOOLEAN:
      case Kind.ENUM:
        return node.value;
      case Kind.NULL:
        return null;
      case Kind.LIST:
        return node.values.map((value) => readValue(value) ?? null);
      case Kind.OBJECT:
        return readMembers(node.fields);
    }
  }

  function readMembers(nodes: readonly (ArgumentNode | ObjectFieldNode)[]): JsonObject {
    const members: JsonObject = new Map();
    const names = new Set<string>();
    for (const { name, value } of nodes) {
      if (names.has(name.value)) throw new Unreadable("a name is given twice in one input");
      names.add(name.value);
      const read = readValue(value);
      if (read !== undefined) members.set(name.value, read);
    }
    return members;
  }

  return (field) => readMembers(field.arguments ?? []);
}
