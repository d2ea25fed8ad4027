import { type FieldNode, type OperationDefinitionNode, OperationTypeNode } from "graphql";
import type { Exchange } from "../../currency.ts";
import type { JsonObject } from "../../reading/json-body.ts";
import { Unreadable } from "../../reading/unreadable.ts";
import { createArgumentReader, type ReadArguments } from "./argument-values.ts";
import { DRAFT_MUTATIONS } from "./drafts.ts";
import type { DraftMutation, Quote, QuotedField } from "./field-quote.ts";
import { type Fragments, type GraphqlRequest, parseGraphql } from "./graphql-request.ts";
import { readMoney } from "./money-in-arguments.ts";
import { classifyMutation, decidesCost, RENEWING_MUTATIONS } from "./mutation-class.ts";
import { PRICED_MUTATIONS, type PricedMutation } from "./priced-mutations.ts";
import { selectFields, selectsAny } from "./selected-fields.ts";

/** What pricing needs to know of the shop. */
export interface ShopMoney {
  exchange: Exchange;
  /** The shop's own currency, if the operator gave it. */
  currency: string | undefined;
}

const RANK = { free: 0, amount: 1, draft: 2, unpriced: 2, currency_unpriced: 3, secret: 4 };

// Tokens can be read again long after they were made.
const SECRET_FIELDS = new Set(["accessToken", "analyticsToken"]);

/** What the root fields of an operation may cost: every alias for itself, whatever its conditions. */
export function quoteOperation(
  operation: OperationDefinitionNode,
  { fragments, variables }: Pick<GraphqlRequest, "fragments" | "variables">,
  money: ShopMoney,
): QuotedField[] {
  const readArguments = createArgumentReader(operation, variables);
  const fields = [...selectFields([operation.selectionSet], fragments).values()];
  const showsSecret = selectsAny(operation.selectionSet, fragments, SECRET_FIELDS);
  return fields.map((field) => {
    const quotes = field.nodes.map((node) => quoteField(operation.operation, node, readArguments, money));
    const quote: Quote = showsSecret ? { kind: "secret" } : quotes.reduce(toDearer);
    return { field, quote };
  });
}

/** Fields of one name in the answer run once, so the dearest of them is what it may cost. */
function toDearer(a: Quote, b: Quote): Quote {
  if (RANK[a.kind] !== RANK[b.kind]) return RANK[a.kind] > RANK[b.kind] ? a : b;
  return "boundMicroUsd" in a && "boundMicroUsd" in b && b.boundMicroUsd > a.boundMicroUsd ? b : a;
}

function quoteField(
  operation: OperationTypeNode,
  node: FieldNode,
  readArguments: ReadArguments,
  money: ShopMoney,
): Quote {
  const name = node.name.value;
  if (operation === OperationTypeNode.QUERY || name === "__typename") return { kind: "free" };
  if (operation === OperationTypeNode.SUBSCRIPTION) return { kind: "unpriced", boundMicroUsd: 0 };
  const values = readArguments(node);
  if (hidesSecret(name, values)) return { kind: "secret" };
  switch (classifyMutation(name)) {
    case "secret":
      return { kind: "secret" };
    case "free":
      return { kind: "free" };
    case "checked":
      return decidesCost(values) ? { kind: "unpriced", boundMicroUsd: 0 } : { kind: "free" };
    case "draft":
      return quoteDraft(DRAFT_MUTATIONS.get(name), values);
    case "priced":
      return quoteAmount(PRICED_MUTATIONS.get(name), values, money);
    default:
      return { kind: "unpriced", boundMicroUsd: 0, renews: RENEWING_MUTATIONS.has(name) };
  }
}

/** A bulk operation carries a document of its own, and the file that it writes has the answers. */
function hidesSecret(name: string, values: JsonObject): boolean {
  if (name !== "bulkOperationRunMutation" && name !== "bulkOperationRunQuery") return false;
  const text = values.get("mutation") ?? values.get("query");
  if (typeof text !== "string") throw new Unreadable("the bulk operation has no document");
  const { operations, fragments } = parseGraphql(text);
  return operations.some(({ selectionSet }) => isSecret(selectionSet, fragments));
}

function isSecret(selection: OperationDefinitionNode["selectionSet"], fragments: Fragments): boolean {
  const roots = [...selectFields([selection], fragments).values()].flatMap(({ nodes }) => nodes);
  return (
    selectsAny(selection, fragments, SECRET_FIELDS) ||
    roots.some((node) => classifyMutation(node.name.value) === "secret")
  );
}

function quoteDraft(mutation: DraftMutation | undefined, values: JsonObject): Quote {
  return mutation ? { kind: "draft", mutation, values } : { kind: "unpriced", boundMicroUsd: 0 };
}

function quoteAmount(
  mutation: PricedMutation | undefined,
  values: JsonObject,
  { exchange, currency: shopCurrency }: ShopMoney,
): Quote {
  if (!mutation) return { kind: "unpriced", boundMicroUsd: 0 };
  const { sums, isMore } = mutation.read
    ? mutation.read(values, shopCurrency)
    : readMoney(mutation.arguments, values, shopCurrency);
  if (sums.length === 0 && !isMore && !mutation.mayNameNone) throw new Unreadable("the amount is missing");
  let boundMicroUsd = 0;
  let namedMicroUsd = 0;
  let isUnpriced = isMore || sums.length === 0;
  for (const { amount, currency } of sums) {
    if (currency === undefined) {
      isUnpriced = true;
      continue;
    }
    const bound = exchange.toUpperBound(amount, currency);
    const named = exchange.toMicroUsd(amount, currency);
    if (bound === undefined || named === undefined) return { kind: "currency_unpriced", currency };
    boundMicroUsd += bound;
    namedMicroUsd += named;
  }
  return isUnpriced
    ? { kind: "unpriced", boundMicroUsd }
    : { kind: "amount", boundMicroUsd, namedMicroUsd, mutation };
}
