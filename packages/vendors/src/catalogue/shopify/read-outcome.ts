import type { VendorAnswer } from "../../answer.ts";
import { type Exchange, readMajorUnits } from "../../currency.ts";
import type { Cost } from "../../quote.ts";
import { type JsonObject, type JsonValue, toLexeme } from "../../reading/json-body.ts";
import { isRefusedBeforehand, isRefusedField } from "./answer-errors.ts";
import type { QuotedField } from "./field-quote.ts";
import type { Fragments, GraphqlRequest } from "./graphql-request.ts";
import type { PricedMutation } from "./priced-mutations.ts";
import { findFields, type SelectedField, selectFields } from "./selected-fields.ts";

/**
 * What a document has cost by its answer: the sum of the aliases that did something. What the answer does not
 * tell costs its estimate.
 */
export function readOutcome(
  { json }: VendorAnswer,
  fields: QuotedField[],
  { operations, fragments }: GraphqlRequest,
  exchange: Exchange,
): Cost | "nothing" | undefined {
  if (!(json instanceof Map)) return undefined;
  const data = json.get("data") ?? undefined;
  const errors = toErrors(json.get("errors"));
  if (data === undefined)
    return isRefusedBeforehand(json, errors, operations.length > 1) ? "nothing" : undefined;
  // One of several operations ran, and only the vendor knows which.
  if (!(data instanceof Map) || operations.length > 1) return undefined;
  let microUsd = 0;
  let isDone = false;
  for (const { field, quote } of fields) {
    if (quote.kind !== "amount") continue;
    const cost = readCost(field, data, errors, { ...quote, fragments, exchange });
    isDone ||= cost !== "nothing";
    microUsd += cost === "nothing" ? 0 : cost;
  }
  if (!isDone) return "nothing";
  const objectId = readObjectId(fields, data, fragments);
  return objectId === undefined ? { microUsd } : { microUsd, objectId };
}

/** The object that the whole cost is for, if the document does nothing else. */
function readObjectId(fields: QuotedField[], data: JsonObject, fragments: Fragments): string | undefined {
  const [only, ...others] = fields.filter(({ quote }) => quote.kind !== "free");
  if (only?.quote.kind !== "amount" || others.length > 0) return undefined;
  const { objectId, mutation } = only.quote;
  if (objectId !== undefined || !mutation.object) return objectId;
  const id = readSelected([only.field], data.get(only.field.key), [...mutation.object], fragments);
  return typeof id === "string" ? id : undefined;
}

interface FieldContext {
  boundMicroUsd: number;
  namedMicroUsd: number;
  mutation: PricedMutation;
  fragments: Fragments;
  exchange: Exchange;
}

function readCost(
  field: SelectedField,
  data: JsonObject,
  errors: JsonObject[],
  context: FieldContext,
): number | "nothing" {
  const { boundMicroUsd, namedMicroUsd, mutation, fragments } = context;
  const payload = data.get(field.key);
  if (payload === undefined) return field.isConditional ? "nothing" : boundMicroUsd;
  if (payload === null) return isRefusedField(field.key, errors) ? "nothing" : boundMicroUsd;
  if (!(payload instanceof Map)) return boundMicroUsd;
  const selected = selectWithin([field], fragments);
  const hasErrors = findFields(selected, "userErrors").some(({ key }) => isFilledList(payload.get(key)));
  const hasCreated = mutation.creates
    .flatMap((name) => findFields(selected, name))
    .some(({ key }) => (payload.get(key) ?? null) !== null);
  // Something came into being in spite of the errors: how much of it, nobody can tell.
  if (hasErrors) return hasCreated ? boundMicroUsd : "nothing";
  const told = readTold(field, payload, context) ?? namedMicroUsd;
  return mutation.mayTellLess ? Math.max(told, namedMicroUsd) : told;
}

function isFilledList(value: JsonValue | undefined): boolean {
  return Array.isArray(value) && value.length > 0;
}

/** What the payload says was moved. Nothing at all is no statement: a refund may still be on its way. */
function readTold(field: SelectedField, payload: JsonObject, context: FieldContext): number | undefined {
  const { mutation, fragments, exchange } = context;
  const { told } = mutation;
  if (!told) return undefined;
  // The customer's currency first: it is the one that the call named.
  for (const inner of [["presentmentMoney"], ["shopMoney"], []]) {
    const read = (name: string): JsonValue | undefined =>
      readSelected([field], payload, [...told, ...inner, name], fragments);
    const amount = toLexeme(read("amount"));
    const currency = read("currencyCode");
    if (amount === undefined || typeof currency !== "string") continue;
    const microUsd = exchange.toMicroUsd(readMajorUnits(amount), currency);
    if (microUsd) return microUsd;
  }
  return undefined;
}

/** The value of a field below some fields, if it was selected under a name that is certain to be it. */
function readSelected(
  parents: SelectedField[],
  value: JsonValue | undefined,
  [name, ...rest]: string[],
  fragments: Fragments,
): JsonValue | undefined {
  if (name === undefined) return value;
  if (!(value instanceof Map)) return undefined;
  const [found] = findFields(selectWithin(parents, fragments), name);
  return found && readSelected([found], value.get(found.key), rest, fragments);
}

function selectWithin(parents: SelectedField[], fragments: Fragments): ReturnType<typeof selectFields> {
  const nodes = parents.flatMap((parent) => parent.nodes);
  return selectFields(
    nodes.map(({ selectionSet }) => selectionSet),
    fragments,
  );
}

function toErrors(value: JsonValue | undefined): JsonObject[] {
  if (!Array.isArray(value)) return [];
  return value.filter((error) => error instanceof Map);
}
