import { GraphQLError } from "graphql";

/** An amount in a currency's minor unit. */
export interface Money {
  readonly minor: number;
  /** Upper case, as Shopify writes it. */
  readonly currency: string;
}

/** `MoneyInput`, as it comes. */
export interface MoneyInput {
  readonly amount: unknown;
  readonly currencyCode: string;
}

/** Money as it goes out. */
export interface MoneyV2 {
  readonly amount: string;
  readonly currencyCode: string;
}

/** The same money twice: in the shop's currency, and in the customer's. */
export interface MoneyBag {
  readonly shopMoney: MoneyV2;
  readonly presentmentMoney: MoneyV2;
}

/**
 * `"12.50"` or `12.5` in CAD → 1250. What is no decimal, or has more decimals than the currency, is an error of
 * the whole field rather than one of its `userErrors`.
 */
export function parseAmount(value: unknown, currency: string): number {
  const text = typeof value === "number" ? String(value) : value;
  const [, sign = "", whole = "", decimals = ""] =
    typeof text === "string" ? (/^(-?)([0-9]{1,12})(?:\.([0-9]+))?$/.exec(text) ?? []) : [];
  const places = placesOf(currency);
  const kept = decimals.replace(/0+$/, "");
  if (whole === "" || kept.length > places) {
    throw new GraphQLError(`Invalid amount in ${currency}: ${JSON.stringify(value)}`);
  }
  return Number(`${sign}${whole}${kept.padEnd(places, "0")}`);
}

export function parseMoney({ amount, currencyCode }: MoneyInput): Money {
  return { minor: parseAmount(amount, currencyCode), currency: currencyCode };
}

/** 1250 CAD → `"12.5"`, 1000 CAD → `"10.0"`, as Shopify writes decimals. */
export function toMoneyV2({ minor, currency }: Money): MoneyV2 {
  const places = placesOf(currency);
  const digits = String(Math.abs(minor)).padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places);
  const decimals = digits.slice(digits.length - places).replace(/0+$/, "");
  return { amount: `${minor < 0 ? "-" : ""}${whole}.${decimals || "0"}`, currencyCode: currency };
}

/** The decimals a currency has: 2 for USD, 0 for JPY, 3 for KWD. */
function placesOf(currency: string): number {
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}
