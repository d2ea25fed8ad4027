import type { Amount, Exchange } from "../../currency.ts";
import type { PricedCall } from "../../define-vendor.ts";
import { type Quote, UNPRICED } from "../../quote.ts";
import { type JsonValue, readPointer, toLexeme } from "../../reading/json-body.ts";
import { Unreadable } from "../../reading/unreadable.ts";
import { readCurrency } from "./amounts.ts";
import { readPlainId } from "./fields.ts";
import { multiplySigned } from "./signed-amounts.ts";

const LINE =
  /^\d+\.(?:quantity|price|adjustable_quantity\.(?:enabled|minimum|maximum)|price_data\.(?:currency|unit_amount|unit_amount_decimal|product|tax_behavior|product_data\.[a-z0-9_.]+))$/;

/** What a payer can choose at most if the request doesn't say. https://docs.stripe.com/api/checkout/sessions/create */
const MOST_BY_DEFAULT = 99;

/** The most that lines can come to. */
export interface LinesCost {
  kind: "lines";
  microUsd: number;
  /** Whether a line is for a recurring price. */
  renews: boolean;
}

/** A price in each currency that a payer might pay it in; the maximum cost is the highest of them. */
type UnitPrices = readonly { unit: string; currency: string }[];

/**
 * The maximum cost of `line_items`, whose prices stand in the request or at Stripe.
 *
 * @param lines the fields below `line_items`, as `0.quantity`
 * @returns a quote if the cost can't be known before the call
 */
export async function costLines(
  call: PricedCall,
  lines: ReadonlyMap<string, string>,
): Promise<LinesCost | Quote> {
  if (lines.size === 0 || ![...lines.keys()].every((path) => LINE.test(path))) return UNPRICED;
  const cost: LinesCost = { kind: "lines", microUsd: 0, renews: false };
  for (const index of new Set([...lines.keys()].map((path) => path.slice(0, path.indexOf("."))))) {
    const read = (field: string): string | undefined => lines.get(`${index}.${field}`);
    const quantity = readQuantity(read);
    const id = read("price");
    const inline = readInline(read);
    if (quantity === undefined || (id === undefined) === (inline === undefined)) return UNPRICED;
    const price = id === undefined ? undefined : await lookUpPrice(call, id);
    const units = inline ?? readUnits(price);
    if (units === undefined) return UNPRICED;
    const line = highest(call.exchange, units, quantity);
    if (typeof line === "object") return line;
    cost.microUsd += line;
    cost.renews ||= readPointer(price, "/type") === "recurring";
  }
  if (!Number.isSafeInteger(cost.microUsd)) throw new Unreadable("the amount is above 9,000,000,000 USD");
  return cost;
}

/** The most in micro-USD, or what is said of a currency without a rate. */
function highest(exchange: Exchange, units: UnitPrices, quantity: string): number | Quote {
  let most = 0;
  for (const { unit, currency } of units) {
    const amount: Amount = multiplySigned(unit, quantity, currency);
    const microUsd = exchange.toUpperBound(amount, currency);
    if (microUsd === undefined) return { kind: "currency_unpriced", currency };
    most = Math.max(most, microUsd);
  }
  return most;
}

/** The highest quantity of a line. */
function readQuantity(read: (field: string) => string | undefined): string | undefined {
  const quantity = read("quantity");
  const enabled = read("adjustable_quantity.enabled");
  if (enabled === undefined || enabled === "false") return quantity;
  if (enabled !== "true") return undefined;
  const maximum = read("adjustable_quantity.maximum") ?? String(MOST_BY_DEFAULT);
  if (![maximum, quantity ?? "1"].every((text) => /^[1-9]\d{0,8}$/.test(text))) return undefined;
  return String(Math.max(Number(maximum), Number(quantity ?? "1")));
}

function readInline(read: (field: string) => string | undefined): UnitPrices | undefined {
  const plain = read("price_data.unit_amount");
  const decimal = read("price_data.unit_amount_decimal");
  const unit = plain ?? decimal;
  const currency = read("price_data.currency");
  if (unit === undefined || currency === undefined) return undefined;
  if (unit.startsWith("-")) throw new Unreadable("a line takes away");
  if (plain !== undefined && decimal !== undefined) throw new Unreadable("give the amount in one way");
  return [{ unit, currency: readCurrency(currency) }];
}

/** The amounts of a price never change. https://docs.stripe.com/products-prices/manage-prices */
function lookUpPrice({ lookUpConstant }: PricedCall, id: string): Promise<JsonValue | undefined> {
  return lookUpConstant(`/v1/prices/${readPlainId(id)}?expand%5B%5D=currency_options`);
}

/** What a unit costs, if all units cost the same. If the payer chooses the price, its maximum counts. */
function readUnits(price: JsonValue | undefined): UnitPrices | undefined {
  const currency = toLexeme(readPointer(price, "/currency"));
  if (currency === undefined || readPointer(price, "/billing_scheme") !== "per_unit") return undefined;
  const options = readPointer(price, "/currency_options");
  const names = options instanceof Map ? [...options.keys()] : [];
  const own = readUnit(price);
  if (own === undefined) return undefined;
  const units = [{ unit: own, currency: readCurrency(currency) }];
  for (const name of names) {
    const unit = readUnit(readPointer(options, `/${name}`));
    if (unit === undefined) return undefined;
    units.push({ unit, currency: readCurrency(name) });
  }
  return units;
}

function readUnit(price: JsonValue | undefined): string | undefined {
  if (readPointer(price, "/custom_unit_amount") instanceof Map) {
    return toLexeme(readPointer(price, "/custom_unit_amount/maximum"));
  }
  return toLexeme(readPointer(price, "/unit_amount_decimal")) ?? toLexeme(readPointer(price, "/unit_amount"));
}
