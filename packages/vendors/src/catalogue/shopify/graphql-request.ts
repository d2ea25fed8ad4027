import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  Lexer,
  type OperationDefinitionNode,
  parse,
  Source,
  TokenKind,
} from "graphql";
import type { JsonObject, JsonValue } from "../../reading/json-body.ts";
import { Unreadable } from "../../reading/unreadable.ts";

export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** The operations of a document. */
export interface GraphqlDocument {
  operations: OperationDefinitionNode[];
  fragments: Fragments;
}

/** A GraphQL request: what may run, and with which variables. */
export interface GraphqlRequest extends GraphqlDocument {
  /** Those of the document that may run: one, unless the request leaves open which. */
  operations: OperationDefinitionNode[];
  variables: JsonObject;
}

const MEMBERS = new Set(["query", "variables", "operationName", "extensions"]);
const MAX_CHARACTERS = 100_000;
const MAX_TOKENS = 10_000;
const MAX_DEPTH = 64;

/**
 * Reads a request as GraphQL over HTTP has it.
 *
 * @throws {Unreadable} a batch, a persisted query, anything else than a plain request for one document
 */
export function readGraphqlRequest(json: JsonValue | undefined): GraphqlRequest {
  if (!(json instanceof Map))
    throw new Unreadable("a GraphQL request is one JSON object; batches are refused");
  for (const name of json.keys()) {
    if (!MEMBERS.has(name))
      throw new Unreadable("the request holds more than query, variables, operationName");
  }
  refusePersisted(json.get("extensions"));
  const query = json.get("query");
  if (typeof query !== "string") throw new Unreadable("the request has no query: persisted ones are refused");
  const variables = json.get("variables") ?? new Map();
  if (!(variables instanceof Map)) throw new Unreadable("variables must be an object");
  const document = parseGraphql(query);
  const operations = selectOperations(document.operations, json.get("operationName") ?? "");
  return { ...document, operations, variables };
}

/** A query that is named by its hash could be any. https://the-guild.dev/graphql/yoga-server/docs/features/automatic-persisted-queries */
function refusePersisted(extensions: JsonValue | undefined): void {
  if (extensions === undefined || extensions === null) return;
  if (extensions instanceof Map && ![...extensions.keys()].some((name) => /persisted/i.test(name))) return;
  throw new Unreadable("persisted queries are refused: send the query itself");
}

/** Where the request does not say which operation runs, any of them may. */
function selectOperations(operations: OperationDefinitionNode[], name: JsonValue): OperationDefinitionNode[] {
  if (typeof name !== "string") throw new Unreadable("operationName must be a string");
  const named = operations.filter((operation) => operation.name?.value === name);
  return named.length > 0 ? named : operations;
}

/**
 * Parses a document within bounds.
 *
 * @throws {Unreadable} not GraphQL, too large or too deep, a name defined twice
 */
export function parseGraphql(text: string): GraphqlDocument {
  const { definitions } = parseWithinBounds(text);
  const operations: OperationDefinitionNode[] = [];
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
    else if (definition.kind !== Kind.FRAGMENT_DEFINITION) throw new Unreadable("the document defines types");
    else if (fragments.has(definition.name.value)) throw new Unreadable("a fragment is defined twice");
    else fragments.set(definition.name.value, definition);
  }
  const names = operations.map(({ name }) => name?.value);
  if (new Set(names).size < names.length) throw new Unreadable("an operation is defined twice");
  if (operations.length === 0) throw new Unreadable("the document has no operation");
  return { operations, fragments };
}

function parseWithinBounds(text: string): DocumentNode {
  if (text.length > MAX_CHARACTERS)
    throw new Unreadable(`the query is longer than ${MAX_CHARACTERS} characters`);
  try {
    refuseDepth(text);
    return parse(text, { noLocation: true, maxTokens: MAX_TOKENS });
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    throw new Unreadable("the query is not GraphQL that can be read");
  }
}

/** The parser and everything after it recurse, so depth is bounded before they run. */
function refuseDepth(text: string): void {
  const lexer = new Lexer(new Source(text));
  let depth = 0;
  for (let tokens = 0; tokens <= MAX_TOKENS; tokens++) {
    const { kind } = lexer.advance();
    if (kind === TokenKind.EOF) return;
    if (kind === TokenKind.BRACE_L || kind === TokenKind.BRACKET_L || kind === TokenKind.PAREN_L) depth++;
    if (kind === TokenKind.BRACE_R || kind === TokenKind.BRACKET_R || kind === TokenKind.PAREN_R) depth--;
    if (depth > MAX_DEPTH) throw new Unreadable(`the query is nested deeper than ${MAX_DEPTH}`);
  }
}
