import type { Exchange } from "../../currency.ts";
import type { PricedCall } from "../../define-vendor.ts";
import type { Quote } from "../../quote.ts";
import { type JsonValue, readPointer, toLexeme } from "../../reading/json-body.ts";
import { readCurrency } from "./amounts.ts";
import { readPlainId } from "./fields.ts";
import { multiplySigned } from "./signed-amounts.ts";

/** What one unit costs, if all units cost the same. */
export interface UnitPrice {
  /** In each currency that a payer might pay it in. */
  units: readonly { unit: string; currency: string }[];
  renews: boolean;
  /** Whether the payer chooses the currency or the amount. */
  isOpen: boolean;
}

/**
 * The price that Stripe keeps under an id. Its amounts never change, so it is remembered.
 * https://docs.stripe.com/products-prices/manage-prices
 *
 * @returns `undefined` if there is no such price, or if its units don't all cost the same
 */
export async function lookUpPrice(
  { lookUpConstant }: PricedCall,
  id: string | undefined,
): Promise<UnitPrice | undefined> {
  const path = `/v1/prices/${readPlainId(id)}?expand%5B%5D=currency_options`;
  return readPrice(await lookUpConstant(path));
}

/** The most that so many units cost, in micro-USD, or what is said of a currency without a rate. */
export function costHighest(exchange: Exchange, { units }: UnitPrice, quantity: string): number | Quote {
  let most = 0;
  for (const { unit, currency } of units) {
    const microUsd = exchange.toUpperBound(multiplySigned(unit, quantity, currency), currency);
    if (microUsd === undefined) return { kind: "currency_unpriced", currency };
    most = Math.max(most, microUsd);
  }
  return most;
}

function readPrice(price: JsonValue | undefined): UnitPrice | undefined {
  const currency = toLexeme(readPointer(price, "/currency"));
  if (currency === undefined || readPointer(price, "/billing_scheme") !== "per_unit") return undefined;
  const shown = readPointer(price, "/currency_options");
  const options = shown instanceof Map ? [...shown].filter(([name]) => name !== currency) : [];
  const units: { unit: string; currency: string }[] = [];
  for (const [name, option] of [[currency, price] as const, ...options]) {
    const unit = readUnit(option);
    if (unit === undefined) return undefined;
    units.push({ unit, currency: readCurrency(name) });
  }
  const isChosen = [price, ...options.map(([, option]) => option)].some(isCustom);
  return {
    units,
    renews: readPointer(price, "/type") === "recurring",
    isOpen: isChosen || units.length > 1,
  };
}

/** If the payer chooses the amount, its maximum counts. */
function readUnit(price: JsonValue | undefined): string | undefined {
  return isCustom(price)
    ? toLexeme(readPointer(price, "/custom_unit_amount/maximum"))
    : (toLexeme(readPointer(price, "/unit_amount_decimal")) ?? toLexeme(readPointer(price, "/unit_amount")));
}

function isCustom(price: JsonValue | undefined): boolean {
  return readPointer(price, "/custom_unit_amount") instanceof Map;
}
