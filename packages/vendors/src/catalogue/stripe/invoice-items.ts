import type { VendorAnswer } from "../../answer.ts";
import type { Exchange } from "../../currency.ts";
import type { PricedCall, RouteDefinition } from "../../define-vendor.ts";
import { type Cost, FREE, type Quote, UNPRICED } from "../../quote.ts";
import { hasFormField, readFormScalar } from "../../reading/form-body.ts";
import { readPointer, toLexeme } from "../../reading/json-body.ts";
import { Unreadable } from "../../reading/unreadable.ts";
import { readCurrency } from "./amounts.ts";
import { hasOnlyFields, readFormTree, readPlainId } from "./fields.ts";
import { costHighest, lookUpPrice } from "./prices.ts";
import {
  multiplySigned,
  readShown,
  readSigned,
  type SignedAmount,
  toAbsolutePrice,
  toPositivePrice,
} from "./signed-amounts.ts";

// Fields that say what an item is, not what it costs. Rates of tax are not among them.
const DESCRIBING = [
  "customer",
  "customer_account",
  "description",
  "discountable",
  "expand",
  "invoice",
  "metadata",
  "period",
  "subscription",
  "tax_behavior",
  "tax_code",
];
const COSTING = [
  "amount",
  "currency",
  "discounts",
  "price",
  "price_data",
  "pricing",
  "quantity",
  "quantity_decimal",
  "unit_amount",
  "unit_amount_decimal",
];

/** Items become money with the next invoice, so they count when they are added. */
export const INVOICE_ITEM_ROUTES: RouteDefinition[] = [
  { match: ["POST /v1/invoiceitems"], body: "form", price: priceCreation },
  { match: ["POST /v1/invoiceitems/*/*", "DELETE /v1/invoiceitems/*/*"], price: "unpriced" },
  { match: ["POST /v1/invoiceitems/*"], body: "form", price: priceUpdate, continues: true },
  { match: ["DELETE /v1/invoiceitems/*"], price: priceDeletion, continues: true },
];

async function priceCreation(call: PricedCall): Promise<Quote> {
  const { form, exchange } = call;
  if (!hasOnlyFields(form, [...DESCRIBING, ...COSTING])) return UNPRICED;
  if (hasFormField(form, "pricing") || hasFormField(form, "price")) return priceById(call);
  const inline = hasFormField(form, "price_data") ? readFormTree(form, "price_data") : undefined;
  const currency = inline?.get("currency") ?? readFormScalar(form, "currency");
  const amount = readAmount(form, currency ?? "usd", inline);
  // Without a currency it is the customer's own.
  if (amount === undefined || currency === undefined) return UNPRICED;
  return toPositivePrice(amount, readCurrency(currency), exchange, {
    toActual: (answer) => readItem(answer, exchange),
  });
}

/** A price kept at Stripe, in whichever of its currencies is the customer's. Older versions name it `price`. */
async function priceById(call: PricedCall): Promise<Quote> {
  const { form, exchange } = call;
  const { price: inPricing, ...more } = Object.fromEntries(readFormTree(form, "pricing"));
  const [id, ...others] = [inPricing, readFormScalar(form, "price")].filter((text) => text !== undefined);
  if (id === undefined || Object.keys(more).length > 0) return UNPRICED;
  const isNamedTwice = ["amount", "price_data", "unit_amount", "unit_amount_decimal"].some((name) =>
    hasFormField(form, name),
  );
  if (others.length > 0 || isNamedTwice) throw new Unreadable("give the amount in one way");
  const price = await lookUpPrice(call, id);
  const quantities = readQuantities(form);
  if (price === undefined) return UNPRICED;
  if (quantities.length > 1) throw new Unreadable("give the quantity in one way");
  const microUsd = costHighest(exchange, price, quantities[0] ?? "1");
  return typeof microUsd === "object"
    ? microUsd
    : { kind: "amount", microUsd, toActual: (answer) => readItem(answer, exchange) };
}

function readQuantities(form: PricedCall["form"]): string[] {
  return [readFormScalar(form, "quantity"), readFormScalar(form, "quantity_decimal")].filter(
    (text) => text !== undefined,
  );
}

/** An item's amount, or the amount of one of what it counts. */
function readAmount(
  form: PricedCall["form"],
  currency: string,
  inline: Map<string, string> | undefined,
): SignedAmount | undefined {
  const amount = readFormScalar(form, "amount");
  const units = [
    readFormScalar(form, "unit_amount"),
    readFormScalar(form, "unit_amount_decimal"),
    inline?.get("unit_amount"),
    inline?.get("unit_amount_decimal"),
  ].filter((text) => text !== undefined);
  const quantities = readQuantities(form);
  const [unit] = units;
  if (units.length > 1 || quantities.length > 1 || (amount !== undefined && unit !== undefined)) {
    throw new Unreadable("give the amount in one way");
  }
  if (unit !== undefined) return multiplySigned(unit, quantities[0] ?? "1", currency);
  if (amount !== undefined && quantities.length > 0) throw new Unreadable("an amount has no quantity");
  return amount === undefined ? undefined : readSigned(amount, currency);
}

/** An update names no currency: the item is looked up, and a new amount counts as far as it is above the old. */
async function priceUpdate({ form, exchange, segments, lookUp }: PricedCall): Promise<Quote> {
  const id = readPlainId(segments[2]);
  if (hasOnlyFields(form, ["description", "expand", "metadata"])) return FREE;
  const amount = readFormScalar(form, "amount");
  if (amount === undefined || !hasOnlyFields(form, ["amount", ...DESCRIBING])) return UNPRICED;
  const currency = toLexeme(readPointer(await lookUp(`/v1/invoiceitems/${id}`), "/currency"));
  if (currency === undefined) return UNPRICED;
  return toPositivePrice(readSigned(amount, currency), currency, exchange, {
    objectId: id,
    toActual: (answer) => readItem(answer, exchange),
  });
}

/** What took away from the next invoice adds to it when it is deleted. */
async function priceDeletion({ segments, lookUp, exchange }: PricedCall): Promise<Quote> {
  const shown = readShown(await lookUp(`/v1/invoiceitems/${readPlainId(segments[2])}`));
  if (shown === undefined) return UNPRICED;
  const { amount, currency } = shown;
  return amount.isNegative ? toAbsolutePrice(amount, currency, exchange, {}) : FREE;
}

function readItem({ json }: VendorAnswer, exchange: Exchange): Cost | undefined {
  const shown = readShown(json);
  const id = readPointer(json, "/id");
  if (shown === undefined || typeof id !== "string") return undefined;
  const microUsd = shown.amount.isNegative ? 0 : exchange.toMicroUsd(shown.amount, shown.currency);
  return microUsd === undefined ? undefined : { microUsd, objectId: id };
}
