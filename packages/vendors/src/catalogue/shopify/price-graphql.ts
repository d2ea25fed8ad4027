import { MAX_MICRO_USD } from "@keybrake/core/protocol";
import type { Exchange } from "../../currency.ts";
import type { Pricer } from "../../define-vendor.ts";
import { FREE, type Quote, type SecretCall, type UnpricedQuote } from "../../quote.ts";
import { Unreadable } from "../../reading/unreadable.ts";
import { lookUpDrafts } from "./drafts.ts";
import type { QuotedField } from "./field-quote.ts";
import { type GraphqlRequest, readGraphqlRequest } from "./graphql-request.ts";
import { quoteOperation } from "./quote-mutation.ts";
import { readOutcome } from "./read-outcome.ts";

const RANK = { free: 0, amount: 1, unpriced: 2, currency_unpriced: 3, secret: 4 };

/**
 * Prices a GraphQL call by what its document does; its path says nothing.
 *
 * @param currency the shop's own currency, for amounts that name none
 */
export function createGraphqlPricer(currency: string | undefined): Pricer {
  return (call) => {
    const { method, json, exchange, allowRecurring } = call;
    if (method !== "POST") throw new Unreadable("GraphQL goes by POST");
    const request = readGraphqlRequest(json);
    const shop = { exchange, currency };
    const quoted = request.operations.map((operation) => quoteOperation(operation, request, shop));
    const toPrice = (operations: QuotedField[][]): Quote | SecretCall =>
      operations
        .map((fields) => priceFields(fields, request, exchange))
        .map((price) => (allowRecurring && price.kind === "unpriced" ? mayRenew(price) : price))
        .reduce(toDearer);
    const namesDraft = quoted.flat().some(({ quote }) => quote.kind === "draft");
    // What is refused anyway needs no lookup.
    if (!namesDraft || quoted.flat().some(({ quote }) => quote.kind === "secret")) return toPrice(quoted);
    return Promise.all(quoted.map((fields) => lookUpDrafts(fields, call))).then(toPrice);
  };
}

function toDearer(a: Quote | SecretCall, b: Quote | SecretCall): Quote | SecretCall {
  if (RANK[a.kind] !== RANK[b.kind]) return RANK[a.kind] > RANK[b.kind] ? a : b;
  if (a.kind === "unpriced" && b.kind === "unpriced") {
    // Which of them runs is open, so the larger of each counts.
    const times = Math.max(a.times ?? 1, b.times ?? 1);
    const microUsd = Math.max(a.microUsd ?? 0, b.microUsd ?? 0);
    return { kind: "unpriced", times, microUsd, ...(a.renews || b.renews ? { renews: true } : {}) };
  }
  return a.kind === "amount" && b.kind === "amount" && b.microUsd > a.microUsd ? b : a;
}

function mayRenew({ renews: _, ...price }: UnpricedQuote): UnpricedQuote {
  return price;
}

function priceFields(fields: QuotedField[], request: GraphqlRequest, exchange: Exchange): Quote | SecretCall {
  const quotes = fields.map(({ quote }) => quote);
  const closed = quotes.find(({ kind }) => kind === "secret");
  if (closed) return { kind: "secret" };
  const foreign = quotes.find((quote) => quote.kind === "currency_unpriced");
  if (foreign) return foreign;
  const microUsd = quotes.reduce(
    (sum, quote) => sum + ("boundMicroUsd" in quote ? quote.boundMicroUsd : 0),
    0,
  );
  if (microUsd > MAX_MICRO_USD) throw new Unreadable("the amounts are above 9,000,000,000 USD");
  const times = quotes.filter(({ kind }) => kind === "unpriced" || kind === "draft").length;
  const renews = quotes.some((quote) => quote.kind === "unpriced" && quote.renews);
  if (times > 0) return { kind: "unpriced", times, microUsd, ...(renews ? { renews } : {}) };
  if (quotes.every(({ kind }) => kind === "free")) return FREE;
  const [only, ...others] = quotes.filter(({ kind }) => kind !== "free");
  const objectId = only?.kind === "amount" && others.length === 0 ? only.objectId : undefined;
  return {
    kind: "amount",
    microUsd,
    ...(objectId === undefined ? {} : { objectId }),
    toActual: (answer) => readOutcome(answer, fields, request, exchange),
  };
}
