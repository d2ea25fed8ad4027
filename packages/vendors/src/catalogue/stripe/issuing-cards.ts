import type { PricedCall, RouteDefinition } from "../../define-vendor.ts";
import { FREE, type Quote, RENEWING, type SecretCall, UNPRICED } from "../../quote.ts";
import { hasFormField, readFormScalar } from "../../reading/form-body.ts";
import { type JsonValue, readPointer, toLexeme } from "../../reading/json-body.ts";
import { readCurrency, toPrice } from "./amounts.ts";
import { hasOnlyFields, readFormTree, readPlainId } from "./fields.ts";

// A virtual card: a physical one has a price of its own, and a PIN and a replacement open another card.
const CARD = [
  "cardholder",
  "currency",
  "financial_account",
  "metadata",
  "spending_controls",
  "status",
  "type",
];
const UPDATE = ["cancellation_reason", "metadata", "spending_controls", "status"];

/**
 * A card is money once it's active: it counts when it is made, for all that it can ever spend. Without a limit for all
 * time it can spend again every day or month.
 */
export const ISSUING_CARD_ROUTES: RouteDefinition[] = [
  { match: ["POST /v1/issuing/cards"], body: "form", price: priceCreation, mayShowSecrets: true },
  { match: ["POST /v1/issuing/cards/*/*"], price: "secret" },
  {
    match: ["POST /v1/issuing/cards/*"],
    body: "form",
    price: priceUpdate,
    mayShowSecrets: true,
    continues: true,
  },
];

function priceCreation(call: PricedCall): Quote | SecretCall {
  const { form, exchange } = call;
  if (!isPlain(form, CARD)) return { kind: "secret" };
  if (readFormScalar(form, "type") !== "virtual") return UNPRICED;
  const limit = findLimit(readLimits(form));
  if (limit === undefined) return toUnlimited(call);
  return priceLimit(limit, readCurrency(readFormScalar(form, "currency")), exchange);
}

async function priceUpdate(call: PricedCall): Promise<Quote | SecretCall> {
  const { form, segments, exchange } = call;
  const id = readPlainId(segments[3]);
  if (!isPlain(form, UPDATE)) return { kind: "secret" };
  const setsLimits = hasFormField(form, "spending_controls");
  if (!setsLimits && readFormScalar(form, "status") !== "active") return FREE;
  const card = await call.lookUp(`/v1/issuing/cards/${id}`);
  const currency = toLexeme(readPointer(card, "/currency"));
  const limit = findLimit(setsLimits ? readLimits(form) : showLimits(card));
  if (limit === undefined || currency === undefined) return toUnlimited(call);
  return priceLimit(limit, readCurrency(currency), exchange, id);
}

/** A body can ask for the card's number and code with `expand`, so a call is closed unless all of its fields are known. */
function isPlain(form: PricedCall["form"], known: readonly string[]): boolean {
  return form.size > 0 && hasOnlyFields(form, known);
}

const NO_LIMIT =
  "Give the card a spending limit with the interval all_time and without categories: the card is then priced by it.";

function toUnlimited({ allowRecurring }: PricedCall): Quote {
  return allowRecurring ? { kind: "unpriced", hint: NO_LIMIT } : RENEWING;
}

function priceLimit(
  limit: string,
  currency: string,
  exchange: PricedCall["exchange"],
  objectId?: string,
): Quote {
  const price = toPrice(limit, currency, exchange);
  if (price.kind !== "amount") return price;
  const { microUsd } = price;
  return {
    kind: "amount",
    microUsd,
    ...(objectId === undefined ? {} : { objectId }),
    toActual({ json }) {
      const id = readPointer(json, "/id");
      return typeof id === "string" ? { microUsd, objectId: id } : undefined;
    },
  };
}

interface Limit {
  amount: string | undefined;
  interval: string | undefined;
  hasCategories: boolean;
}

/** The lowest amount that a card can spend in all its life. */
function findLimit(limits: readonly Limit[]): string | undefined {
  const forAll = limits.filter(({ interval, hasCategories }) => interval === "all_time" && !hasCategories);
  const amounts = forAll.map(({ amount }) => amount).filter((amount) => amount !== undefined);
  return amounts.sort((a, b) => a.length - b.length || (a < b ? -1 : 1))[0];
}

function readLimits(form: PricedCall["form"]): Limit[] {
  const tree = readFormTree(form, "spending_controls");
  const indexes = [...tree.keys()].map((path) => /^spending_limits\.(\d+)\./.exec(path)?.[1]);
  return [...new Set(indexes)]
    .filter((index) => index !== undefined)
    .map((index) => {
      const at = `spending_limits.${index}.`;
      const known = [`${at}amount`, `${at}interval`];
      return {
        amount: tree.get(`${at}amount`),
        interval: tree.get(`${at}interval`),
        hasCategories: [...tree.keys()].some((path) => path.startsWith(at) && !known.includes(path)),
      };
    });
}

function showLimits(card: JsonValue | undefined): Limit[] {
  const limits = readPointer(card, "/spending_controls/spending_limits");
  if (!Array.isArray(limits)) return [];
  return limits.map((limit) => {
    const categories = readPointer(limit, "/categories") ?? null;
    return {
      amount: toLexeme(readPointer(limit, "/amount")),
      interval: toLexeme(readPointer(limit, "/interval")),
      hasCategories: categories !== null && !(Array.isArray(categories) && categories.length === 0),
    };
  });
}
