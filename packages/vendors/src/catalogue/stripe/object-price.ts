import type { VendorAnswer } from "../../answer.ts";
import { readMinorUnits } from "../../currency.ts";
import type { PricedCall } from "../../define-vendor.ts";
import { type Quote, UNPRICED } from "../../quote.ts";
import { readPointer, toLexeme } from "../../reading/json-body.ts";
import { type AmountRest, maxAmount, readAmounts, readObjectCost } from "./amounts.ts";

/** An object of Stripe whose money is counted once, however many calls lead to it. */
export interface PricedObject {
  id: string;
  path: string;
  /** Where the object shows its amounts; the largest is what it costs. */
  pointers: readonly string[];
  /** An amount in minor units that the call names for it, without a currency. */
  named?: string | undefined;
}

/**
 * The whole exposure of an object after a call that may move its money: what the ledger has counted of it, or else
 * what the object says. An amount that the call names is in the object's currency, so that is always looked up.
 */
export async function priceObject(
  call: PricedCall,
  { id, path, pointers, named }: PricedObject,
): Promise<Quote> {
  const { exchange } = call;
  const rest: AmountRest = {
    objectId: id,
    toActual: (answer: VendorAnswer) => readObjectCost(answer, exchange, pointers),
  };
  const counted = await call.getExposure(id);
  if (counted !== undefined && named === undefined) return { kind: "amount", microUsd: counted, ...rest };
  const shown = await call.lookUp(path);
  const currency = toLexeme(readPointer(shown, "/currency"));
  const amounts = readAmounts(shown, pointers);
  if (currency === undefined || amounts.length === 0) return UNPRICED;
  const most = readMinorUnits(maxAmount(named === undefined ? amounts : [...amounts, named]), currency);
  const exact = exchange.toMicroUsd(most, currency);
  // What was counted already is exact, so the margin for moving rates is not added to it a second time.
  if (counted !== undefined && exact !== undefined && exact <= counted) {
    return { kind: "amount", microUsd: counted, ...rest };
  }
  const microUsd = exchange.toUpperBound(most, currency);
  return microUsd === undefined
    ? { kind: "currency_unpriced", currency }
    : { kind: "amount", microUsd, ...rest };
}
