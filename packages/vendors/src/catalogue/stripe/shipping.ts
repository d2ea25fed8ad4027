import { readMinorUnits } from "../../currency.ts";
import type { PricedCall } from "../../define-vendor.ts";
import { type Quote, UNPRICED } from "../../quote.ts";
import { type JsonValue, readPointer, toLexeme } from "../../reading/json-body.ts";
import { readCurrency } from "./amounts.ts";
import { listIndexes, readFormTree, readPlainId } from "./fields.ts";

const OPTION =
  /^\d+\.(?:shipping_rate|shipping_rate_data\.(?:display_name|type|tax_behavior|tax_code|delivery_estimate\.[a-z_.]+|fixed_amount\.(?:amount|currency)))$/;

/**
 * The most that a payer can choose to pay for shipping, in micro-USD; `undefined` if there is none to choose.
 *
 * @returns a quote if the cost can't be known before the call
 */
export async function costShipping(call: PricedCall): Promise<number | undefined | Quote> {
  const options = readFormTree(call.form, "shipping_options");
  if (options.size === 0) return undefined;
  if (![...options.keys()].every((path) => OPTION.test(path))) return UNPRICED;
  let most = 0;
  for (const index of listIndexes(options)) {
    const id = options.get(`${index}.shipping_rate`);
    const rates =
      id === undefined
        ? [readGiven(options, index)]
        : readShown(
            await call.lookUp(
              `/v1/shipping_rates/${readPlainId(id)}?expand%5B%5D=fixed_amount.currency_options`,
            ),
          );
    for (const rate of rates) {
      if (rate === undefined) return UNPRICED;
      const amount = readMinorUnits(rate.amount, rate.currency);
      const microUsd = call.exchange.toUpperBound(amount, rate.currency);
      if (microUsd === undefined) return { kind: "currency_unpriced", currency: rate.currency };
      most = Math.max(most, microUsd);
    }
  }
  return most;
}

interface Rate {
  amount: string;
  currency: string;
}

function readGiven(options: ReadonlyMap<string, string>, index: string): Rate | undefined {
  const amount = options.get(`${index}.shipping_rate_data.fixed_amount.amount`);
  const currency = options.get(`${index}.shipping_rate_data.fixed_amount.currency`);
  if (amount === undefined || currency === undefined) return undefined;
  return { amount, currency: readCurrency(currency) };
}

/** A rate in each currency that a payer might pay it in. */
function readShown(rate: JsonValue | undefined): (Rate | undefined)[] {
  const fixed = readPointer(rate, "/fixed_amount");
  const options = readPointer(fixed, "/currency_options");
  const names = options instanceof Map ? [...options.keys()] : [];
  return [
    toRate(fixed, toLexeme(readPointer(fixed, "/currency"))),
    ...names.map((name) => toRate(readPointer(options, `/${name}`), name)),
  ];
}

function toRate(shown: JsonValue | undefined, currency: string | undefined): Rate | undefined {
  const amount = toLexeme(readPointer(shown, "/amount"));
  if (amount === undefined || currency === undefined) return undefined;
  return { amount, currency: readCurrency(currency) };
}
