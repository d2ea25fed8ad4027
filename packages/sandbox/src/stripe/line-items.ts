import type { StripeCall } from "./account.ts";
import type { Price } from "./billing-objects.ts";
import { invalidRequest, noSuch } from "./errors.ts";
import { type FormObject, type FormValue, isFormObject } from "./form.ts";
import { readBoolean, readInteger, readString, requireCurrency } from "./params.ts";

/** What lines come to, in minor units. */
export interface LinesTotal {
  readonly currency: string;
  /** With the quantities given. */
  readonly amount: number;
  /** The most that the payer can raise it to: by a quantity, or by an amount of their choice. */
  readonly highest: number;
  readonly recurring: boolean;
}

/** What an amount without a maximum can be raised to. https://docs.stripe.com/api/prices/create */
const mostChosen = 99_999_999;

/** Adds up `line_items` or `items`, whose prices stand in the call or are kept. */
export function totalLines(call: StripeCall, name: "line_items" | "items"): LinesTotal {
  const lines = listItems(call.params[name]).map((line) => readLine(call, line, name));
  const [first] = lines;
  if (!first) throw invalidRequest(`Missing required param: ${name}.`, { code: "parameter_missing" });
  if (lines.some(({ currency }) => currency !== first.currency)) {
    throw invalidRequest("All prices must be in the same currency.", { param: name });
  }
  return {
    currency: first.currency,
    amount: lines.reduce((sum, { amount }) => sum + amount, 0),
    highest: lines.reduce((sum, { highest }) => sum + highest, 0),
    recurring: lines.some(({ recurring }) => recurring),
  };
}

/** The objects of a list, which comes as `name[0][…]`, `name[1][…]`, … */
export function listItems(list: FormValue | undefined): FormObject[] {
  return isFormObject(list) ? Object.values(list).filter(isFormObject) : [];
}

function readLine(call: StripeCall, line: FormObject, name: string): LinesTotal {
  const quantity = readInteger(line, "quantity", 0) ?? 1;
  const most = Math.max(quantity, readMostQuantity(line));
  const id = readString(line, "price");
  if (id === undefined) {
    if (!isFormObject(line.price_data)) throw invalidRequest("A line needs a price.", { param: name });
    const unit = readInteger(line.price_data, "unit_amount", 0) ?? 0;
    const currency = requireCurrency(line.price_data);
    const recurring = isFormObject(line.price_data.recurring);
    return { currency, amount: unit * quantity, highest: unit * most, recurring };
  }
  const price = call.account.prices.get(id);
  if (!price) throw noSuch("price", id, `${name}[0][price]`, 400);
  return {
    currency: price.currency,
    amount: (price.unit_amount ?? 0) * quantity,
    highest: toHighestUnit(price) * most,
    recurring: price.recurring !== null,
  };
}

function readMostQuantity(line: FormObject): number {
  const adjustable = line.adjustable_quantity;
  if (!isFormObject(adjustable) || readBoolean(adjustable, "enabled") !== true) return 0;
  return readInteger(adjustable, "maximum", 1) ?? 99;
}

function toHighestUnit({ unit_amount, custom_unit_amount }: Price): number {
  return custom_unit_amount ? (custom_unit_amount.maximum ?? mostChosen) : (unit_amount ?? 0);
}
