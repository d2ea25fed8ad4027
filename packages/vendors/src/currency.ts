import { MAX_MICRO_USD, toMicroUsd } from "@keybrake/core/protocol";
import { Unreadable } from "./reading/unreadable.ts";

// Stripe's exponents, not ISO 4217's: ISK and UGX are sent with two decimals. https://docs.stripe.com/currencies
const ZERO_DECIMAL = new Set("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" "));
const THREE_DECIMAL = new Set("bhd jod kwd omr tnd".split(" "));

/** An exact amount of some currency: `units / 10^exponent` major units. */
export interface Amount {
  units: bigint;
  exponent: number;
}

/**
 * An amount in the currency's smallest unit, strictly as vendors write it: digits without sign, space, exponent
 * or decimals.
 *
 * @throws {Unreadable} anything else
 */
export function readMinorUnits(text: string, currency: string): Amount {
  if (!/^(?:0|[1-9][0-9]{0,14})$/.test(text)) {
    throw new Unreadable("the amount must be a plain integer of the currency's smallest unit");
  }
  return { units: BigInt(text), exponent: getExponent(currency.toLowerCase()) };
}

/**
 * An amount in major units: digits with at most six decimals.
 *
 * @throws {Unreadable} anything else
 */
export function readMajorUnits(text: string): Amount {
  const match = /^(0|[1-9][0-9]{0,14})(?:\.([0-9]{1,6}))?$/.exec(text);
  if (!match) throw new Unreadable("the amount must be a plain decimal with at most 6 decimals");
  const [, whole = "", fraction = ""] = match;
  return { units: BigInt(whole + fraction), exponent: fraction.length };
}

function getExponent(currency: string): number {
  if (ZERO_DECIMAL.has(currency)) return 0;
  return THREE_DECIMAL.has(currency) ? 3 : 2;
}

/** What the operator says currencies are worth. */
export interface Exchange {
  /**
   * Micro-USD, rounded up; `undefined` where the currency has no rate.
   *
   * @throws {Unreadable} above 9,000,000,000 USD
   */
  toMicroUsd(amount: Amount, currency: string): number | undefined;
  /** The same with the operator's safety margin on top, for reservations; USD has none. */
  toUpperBound(amount: Amount, currency: string): number | undefined;
}

const MILLION = 1_000_000n;

/** Of ten, by the exponent. */
const POWERS = Array.from({ length: 7 }, (_, exponent) => 10n ** BigInt(exponent));

/**
 * Reads the operator's rates.
 *
 * @param usdPerUnit USD for one major unit, by currency code; at most six decimals
 * @param margin the share by which a currency may move between reservation and settlement: 0.03 is 3 %
 * @throws {RangeError} a rate that is not above 0 or has more than six decimals
 */
export function createExchange(usdPerUnit: Readonly<Record<string, number>>, margin: number): Exchange {
  const rates = new Map<string, bigint>([["usd", MILLION]]);
  for (const [currency, usd] of Object.entries(usdPerUnit)) {
    const microUsd = toMicroUsd(usd);
    if (!microUsd) throw new RangeError(`the rate of ${currency} must be above 0, with at most 6 decimals`);
    rates.set(currency.toLowerCase(), BigInt(microUsd));
  }
  const withMargin = MILLION + BigInt(Math.ceil(margin * 1_000_000));

  function convert({ units, exponent }: Amount, currency: string, perMillion: bigint): number | undefined {
    const rate = rates.get(currency.toLowerCase());
    if (rate === undefined) return undefined;
    const power = POWERS[exponent] ?? 10n ** BigInt(exponent);
    const microUsd = divideUp(units * rate * perMillion, power * MILLION);
    if (microUsd > BigInt(MAX_MICRO_USD)) throw new Unreadable("the amount is above 9,000,000,000 USD");
    return Number(microUsd);
  }

  return {
    toMicroUsd: (amount, currency) => convert(amount, currency, MILLION),
    toUpperBound: (amount, currency) =>
      convert(amount, currency, currency.toLowerCase() === "usd" ? MILLION : withMargin),
  };
}

function divideUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
