import type { JsonObject } from "../../reading/json-body.ts";
import type { PricedMutation } from "./priced-mutations.ts";
import type { SelectedField } from "./selected-fields.ts";

/** What one root field of an operation may cost. */
export type Quote =
  | { kind: "free" | "secret" }
  | { kind: "currency_unpriced"; currency: string }
  /** `boundMicroUsd`: what it names, at least. `renews`: it goes on past the proxy. */
  | { kind: "unpriced"; boundMicroUsd: number; renews?: boolean }
  /** It names an object of the shop: its amount has to be looked up. */
  | { kind: "draft"; mutation: DraftMutation; values: JsonObject }
  | AmountOfField;

export interface AmountOfField {
  kind: "amount";
  boundMicroUsd: number;
  namedMicroUsd: number;
  mutation: PricedMutation;
  /** The object whose whole cost it is. */
  objectId?: string;
}

/** A root field of an operation, by its name in the answer. */
export interface QuotedField {
  field: SelectedField;
  quote: Quote;
}

/** How a mutation of a draft order is priced: what the proxy asks the shop first, and where its response stands. */
export interface DraftMutation extends PricedMutation {
  document: string;
  pointer: string;
}
