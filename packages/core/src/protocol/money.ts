/**
 * Money is an integer number of micro-USD inside (1 USD = 1,000,000) and a decimal JSON number of USD on the
 * wire. Everything here is exact: a number that has no exact micro-USD value is refused, never rounded.
 */

/** One US dollar in micro-USD. */
export const MICRO_USD_PER_USD = 1_000_000;

/** The largest amount, cap or sum in USD that any part of Keybrake accepts; its micro-USD stay below 2^53. */
export const MAX_USD = 9_000_000_000;

/** {@link MAX_USD} in micro-USD. */
export const MAX_MICRO_USD = MAX_USD * MICRO_USD_PER_USD;

/** From here on a double can't tell two neighbouring micro-USD apart, so a fraction may not be what was written. */
const FRACTIONS_END = 2 ** 33;

const DECIMAL_USD = /^(0|[1-9]\d{0,9})(?:\.(\d{1,6}))?$/;

/**
 * Reads a decimal amount of USD, such as `20`, `0.0145` or `"498.50"`, as micro-USD.
 *
 * @returns the integer micro-USD, or `undefined` for anything that is not an exact amount between 0 and
 * {@link MAX_USD}: negatives, NaN, more than six decimals, exponents; a number from 2^33 on with a fraction.
 * @example
 * toMicroUsd(0.0145); // 14_500
 * toMicroUsd(1e-7); // undefined
 */
export function toMicroUsd(usd: number | string): number | undefined {
  if (typeof usd === "number" && usd >= FRACTIONS_END && !Number.isInteger(usd)) return undefined;
  const match = DECIMAL_USD.exec(String(usd));
  if (!match) return undefined;
  const [, whole = "0", fraction = ""] = match;
  const microUsd = Number(whole) * MICRO_USD_PER_USD + Number(fraction.padEnd(6, "0"));
  return microUsd <= MAX_MICRO_USD ? microUsd : undefined;
}

/**
 * The wire form of an amount: a JSON number of USD.
 *
 * @example
 * toUsd(498_500_000); // 498.5
 */
export function toUsd(microUsd: number): number {
  return microUsd / MICRO_USD_PER_USD;
}

/**
 * The readable form of an amount, as headers and error details carry it: at least two decimals, at most six.
 *
 * @example
 * formatUsd(498_500_000); // "498.50"
 * formatUsd(14_500); // "0.0145"
 */
export function formatUsd(microUsd: number): string {
  const magnitude = Math.abs(microUsd);
  const whole = Math.floor(magnitude / MICRO_USD_PER_USD);
  const fraction = String(magnitude % MICRO_USD_PER_USD)
    .padStart(6, "0")
    .replace(/0{1,4}$/, "");
  return `${microUsd < 0 ? "-" : ""}${whole}.${fraction}`;
}
