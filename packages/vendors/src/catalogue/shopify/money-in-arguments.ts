import { type Amount, readMajorUnits } from "../../currency.ts";
import { type JsonObject, type JsonValue, toLexeme } from "../../reading/json-body.ts";
import { Unreadable } from "../../reading/unreadable.ts";

/**
 * Where the money stands in an input: `money` a MoneyInput, `bare` an amount in the input's own currency or else
 * the shop's, `currency` that currency, `ignored` what changes no amount, `unprovable` what costs beyond every
 * amount given, and members by name for an input object or a list of them. A `?` marks what may be left out.
 */
export type Shape =
  | "money"
  | "money?"
  | "bare"
  | "bare?"
  | "currency"
  | "ignored"
  | "unprovable"
  | { readonly [member: string]: Shape };

/** The money that an input names. */
export interface NamedMoney {
  sums: { amount: Amount; currency: string | undefined }[];
  /** Something in the input is not known, so it may cost more than is named. */
  isMore: boolean;
}

/**
 * @param currency what a bare amount is in, where the input does not say
 * @throws {Unreadable} an amount that is missing, or not written plainly
 */
export function readMoney(shape: Shape, value: JsonObject, currency: string | undefined): NamedMoney {
  const money: NamedMoney = { sums: [], isMore: false };
  readObject(shape, value, currency, money);
  return money;
}

function readObject(shape: Shape, value: JsonValue, outer: string | undefined, money: NamedMoney): void {
  if (typeof shape === "string" || !(value instanceof Map))
    throw new Unreadable("an input object is missing");
  const currency = findCurrency(shape, value) ?? outer;
  for (const [name, member] of value) if (member !== null && !Object.hasOwn(shape, name)) money.isMore = true;
  for (const [name, inner] of Object.entries(shape)) {
    readMember(name, inner, value.get(name) ?? undefined, currency, money);
  }
}

function readMember(
  name: string,
  shape: Shape,
  value: JsonValue | undefined,
  currency: string | undefined,
  money: NamedMoney,
): void {
  if (value === undefined) {
    if (shape === "money" || shape === "bare") throw new Unreadable(`${name} is missing`);
  } else if (typeof shape === "object") {
    for (const item of toList(value)) readObject(shape, item, currency, money);
  } else if (shape === "money" || shape === "money?") {
    money.sums.push(...toList(value).map((item) => readMoneyInput(item, money)));
  } else if (shape === "bare" || shape === "bare?") {
    money.sums.push({ amount: readAmount(value), currency });
  } else if (shape === "unprovable" && toList(value).length > 0) {
    money.isMore = true;
  }
}

/** GraphQL takes a single value for a list of one. */
function toList(value: JsonValue): JsonValue[] {
  return Array.isArray(value) ? value : [value];
}

function findCurrency(shape: { readonly [member: string]: Shape }, value: JsonObject): string | undefined {
  const name = Object.keys(shape).find((member) => shape[member] === "currency");
  const code = name === undefined ? undefined : (value.get(name) ?? undefined);
  return code === undefined ? undefined : toCurrency(code);
}

function readMoneyInput(value: JsonValue, money: NamedMoney): NamedMoney["sums"][number] {
  if (!(value instanceof Map)) throw new Unreadable("an amount must be { amount, currencyCode }");
  if (value.size > 2) money.isMore = true;
  return { amount: readAmount(value.get("amount")), currency: toCurrency(value.get("currencyCode")) };
}

function readAmount(value: JsonValue | undefined): Amount {
  const text = toLexeme(value);
  if (text === undefined) throw new Unreadable("an amount is missing");
  return readMajorUnits(text);
}

function toCurrency(value: JsonValue | undefined): string {
  if (typeof value === "string" && /^[A-Za-z]{3}$/.test(value)) return value;
  throw new Unreadable("a currency must be a code of three letters");
}
