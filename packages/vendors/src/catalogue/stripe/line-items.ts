import type { PricedCall } from "../../define-vendor.ts";
import { type Quote, UNPRICED } from "../../quote.ts";
import { Unreadable } from "../../reading/unreadable.ts";
import { readCurrency } from "./amounts.ts";
import { listIndexes } from "./fields.ts";
import { costHighest, lookUpPrice, type UnitPrice } from "./prices.ts";

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
  /** Whether the payer can choose what raises the total: a quantity, an amount, a currency. */
  isOpen: boolean;
}

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
  const cost: LinesCost = { kind: "lines", microUsd: 0, renews: false, isOpen: false };
  for (const index of listIndexes(lines)) {
    const read: ReadField = (field) => lines.get(`${index}.${field}`);
    const quantity = readQuantity(read);
    const id = read("price");
    const inline = readInline(read);
    if (quantity === undefined || (id === undefined) === (inline === undefined)) return UNPRICED;
    const price = inline ?? (await lookUpPrice(call, id));
    if (price === undefined) return UNPRICED;
    const line = costHighest(call.exchange, price, quantity);
    if (typeof line === "object") return line;
    cost.microUsd += line;
    cost.renews ||= price.renews;
    cost.isOpen ||= price.isOpen || isAdjustable(read);
  }
  if (!Number.isSafeInteger(cost.microUsd)) throw new Unreadable("the amount is above 9,000,000,000 USD");
  return cost;
}

type ReadField = (field: string) => string | undefined;

/** The highest quantity of a line. */
function readQuantity(read: ReadField): string | undefined {
  const quantity = read("quantity");
  if (!isAdjustable(read)) return quantity;
  if (read("adjustable_quantity.enabled") !== "true") return undefined;
  const maximum = read("adjustable_quantity.maximum") ?? String(MOST_BY_DEFAULT);
  if (![maximum, quantity ?? "1"].every((text) => /^[1-9]\d{0,8}$/.test(text))) return undefined;
  return String(Math.max(Number(maximum), Number(quantity ?? "1")));
}

function isAdjustable(read: ReadField): boolean {
  const enabled = read("adjustable_quantity.enabled");
  return enabled !== undefined && enabled !== "false";
}

function readInline(read: ReadField): UnitPrice | undefined {
  const plain = read("price_data.unit_amount");
  const decimal = read("price_data.unit_amount_decimal");
  const unit = plain ?? decimal;
  const currency = read("price_data.currency");
  if (unit === undefined || currency === undefined) return undefined;
  if (unit.startsWith("-")) throw new Unreadable("a line takes away");
  if (plain !== undefined && decimal !== undefined) throw new Unreadable("give the amount in one way");
  // Whether it recurs stands in a field that isn't taken.
  return { units: [{ unit, currency: readCurrency(currency) }], renews: false, isOpen: false };
}
