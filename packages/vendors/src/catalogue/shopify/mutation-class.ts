import type { JsonValue } from "../../reading/json-body.ts";
import { DRAFT_MUTATIONS } from "./drafts.ts";
import { FREE_MUTATIONS } from "./free-mutations.ts";
import { PRICED_MUTATIONS } from "./priced-mutations.ts";
import { UNPRICED_MUTATIONS } from "./unpriced-mutations.ts";

/** Answers that hold what opens a door: access tokens, and links that act for a customer. */
const SECRET_MUTATIONS = new Set([
  "customerGenerateAccountActivationUrl",
  "customerPaymentMethodGetUpdateUrl",
  "delegateAccessTokenCreate",
  "storefrontAccessTokenCreate",
]);

/** What goes on charging past the proxy once it was begun; it is unpriced besides. */
export const RENEWING_MUTATIONS: ReadonlySet<string> = new Set([
  "appSubscriptionCreate",
  "appSubscriptionLineItemUpdate",
  "appSubscriptionTrialExtend",
  "subscriptionContractActivate",
  "subscriptionContractAtomicCreate",
  "subscriptionContractCreate",
  "subscriptionContractProductChange",
  "subscriptionDraftCommit",
]);

/** Free, unless their input decides what later orders cost. */
const CHECKED_MUTATIONS = new Set([
  "companyCreate",
  "companyLocationCreate",
  "companyLocationUpdate",
  "customerCreate",
  "customerSet",
  "customerUpdate",
  "productCreate",
  "productUpdate",
  "productVariantsBulkUpdate",
]);

const DECIDES_COST = /price|tax|discount|deposit|buyerExperience|paymentTerms|giftCard|requiresComponents/i;

/**
 * How a root mutation is priced. `checked` is free unless its input {@link decidesCost}. `undefined` for a mutation
 * that this list does not know: of another version of the API, or none at all.
 */
export type MutationClass = "priced" | "draft" | "free" | "checked" | "unpriced" | "secret";

export function classifyMutation(name: string): MutationClass | undefined {
  if (PRICED_MUTATIONS.has(name)) return "priced";
  if (DRAFT_MUTATIONS.has(name)) return "draft";
  if (SECRET_MUTATIONS.has(name)) return "secret";
  if (CHECKED_MUTATIONS.has(name)) return "checked";
  if (UNPRICED_MUTATIONS.has(name)) return "unpriced";
  return FREE_MUTATIONS.has(name) ? "free" : undefined;
}

/** Whether an input names, at any depth, what decides the cost of later orders. */
export function decidesCost(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.some(decidesCost);
  if (!(value instanceof Map)) return false;
  return [...value].some(([name, member]) => DECIDES_COST.test(name) || decidesCost(member));
}
