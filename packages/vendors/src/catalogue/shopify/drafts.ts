import { readMajorUnits } from "../../currency.ts";
import type { PricedCall } from "../../define-vendor.ts";
import { type JsonObject, type JsonValue, readPointer, toLexeme } from "../../reading/json-body.ts";
import { toJsonText } from "../../reading/json-text.ts";
import type { DraftMutation, Quote, QuotedField } from "./field-quote.ts";

const AMOUNTS = `
  totalPriceSet { presentmentMoney { amount currencyCode } }
  totalDiscountsSet { presentmentMoney { amount currencyCode } }
`;

const TOLD = { told: ["draftOrder", "totalPriceSet"], mayTellLess: true, object: ["draftOrder", "id"] };

const SHOWN = {
  document: `query ($id: ID!) { draftOrder(id: $id) { ${AMOUNTS} } }`,
  pointer: "/data/draftOrder",
};

/**
 * A draft order is money once its customer has the link to it, so it counts when it is made, and once. It counts at its
 * value before discounts: what a discount takes off, the shop gives away.
 */
export const DRAFT_MUTATIONS: ReadonlyMap<string, DraftMutation> = new Map(
  Object.entries<DraftMutation>({
    // https://shopify.dev/docs/api/admin-graphql/latest/mutations/draftOrderCalculate makes nothing.
    draftOrderCreate: {
      arguments: { input: "ignored" },
      creates: ["draftOrder"],
      ...TOLD,
      document: `mutation ($input: DraftOrderInput!) {
        draftOrderCalculate(input: $input) { calculatedDraftOrder { ${AMOUNTS} } }
      }`,
      pointer: "/data/draftOrderCalculate/calculatedDraftOrder",
    },
    draftOrderComplete: {
      arguments: {
        id: "ignored",
        paymentGatewayId: "ignored",
        paymentPending: "ignored",
        sourceName: "ignored",
      },
      creates: ["draftOrder"],
      ...TOLD,
      ...SHOWN,
    },
    draftOrderInvoiceSend: {
      arguments: { email: "ignored", id: "ignored" },
      creates: ["draftOrder"],
      ...TOLD,
      ...SHOWN,
    },
  }),
);

/** Asks the shop for what no request tells. Everything else stays as it is. */
export function lookUpDrafts(fields: QuotedField[], call: PricedCall): Promise<QuotedField[]> {
  return Promise.all(
    fields.map(async (field) => {
      const { quote } = field;
      return quote.kind === "draft"
        ? { ...field, quote: await lookUpDraft(quote.mutation, quote.values, call) }
        : field;
    }),
  );
}

async function lookUpDraft(mutation: DraftMutation, values: JsonObject, call: PricedCall): Promise<Quote> {
  const unpriced: Quote = { kind: "unpriced", boundMicroUsd: 0 };
  const isKnown = [...values.keys()].every((name) => Object.hasOwn(mutation.arguments, name));
  // A price that the request sets itself might be below what the goods are worth.
  if (!isKnown || holdsName(values, "priceOverride")) return unpriced;
  const id = values.get("id");
  const variables: JsonObject = new Map(
    [...values].filter(([name]) => mutation.document.includes(`$${name}:`)),
  );
  const request: JsonObject = new Map<string, JsonValue>([
    ["query", mutation.document],
    ["variables", variables],
  ]);
  const shown = readPointer(await call.lookUp(call.path, { json: toJsonText(request) }), mutation.pointer);
  const quote: Quote = {
    kind: "amount",
    boundMicroUsd: 0,
    namedMicroUsd: 0,
    mutation,
    ...(typeof id === "string" ? { objectId: id } : {}),
  };
  for (const pointer of ["/totalPriceSet", "/totalDiscountsSet"]) {
    const amount = toLexeme(readPointer(shown, `${pointer}/presentmentMoney/amount`));
    const currency = readPointer(shown, `${pointer}/presentmentMoney/currencyCode`);
    if (amount === undefined || typeof currency !== "string") return unpriced;
    const bound = call.exchange.toUpperBound(readMajorUnits(amount), currency);
    const named = call.exchange.toMicroUsd(readMajorUnits(amount), currency);
    if (bound === undefined || named === undefined) return { kind: "currency_unpriced", currency };
    quote.boundMicroUsd += bound;
    quote.namedMicroUsd += named;
  }
  return quote;
}

function holdsName(value: JsonValue, name: string): boolean {
  if (Array.isArray(value)) return value.some((item) => holdsName(item, name));
  if (!(value instanceof Map)) return false;
  return value.has(name) || [...value.values()].some((member) => holdsName(member, name));
}
