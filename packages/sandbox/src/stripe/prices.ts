import { find, newId, type StripeCall } from "./account.ts";
import type { Price } from "./billing-objects.ts";
import { invalidRequest } from "./errors.ts";
import { isFormObject } from "./form.ts";
import { listPage } from "./list.ts";
import { mergeMetadata, readChoice, readInteger, readString, requireCurrency } from "./params.ts";

export function createPrice(call: StripeCall): Price {
  const { account, params } = call;
  const currency = requireCurrency(params);
  const custom = readCustomAmount(call);
  const amount = readInteger(params, "unit_amount", 0);
  if ((amount === undefined) === (custom === null)) {
    throw invalidRequest("You must provide one of `unit_amount` or `custom_unit_amount`.");
  }
  const recurring = isFormObject(params.recurring)
    ? readChoice(params.recurring, "interval", ["day", "week", "month", "year"])
    : undefined;
  const price: Price = {
    id: newId("price"),
    object: "price",
    active: true,
    billing_scheme: "per_unit",
    created: call.now,
    currency,
    custom_unit_amount: custom,
    livemode: account.livemode,
    metadata: mergeMetadata({}, params),
    product: readString(params, "product") ?? newId("prod"),
    recurring: recurring === undefined ? null : { interval: recurring, interval_count: 1 },
    type: recurring === undefined ? "one_time" : "recurring",
    unit_amount: amount ?? null,
    unit_amount_decimal: amount === undefined ? null : String(amount),
  };
  account.prices.set(price.id, price);
  return price;
}

export function retrievePrice({ account, id }: StripeCall): Price {
  return find(account.prices, "price", id);
}

export function listPrices(call: StripeCall): object {
  return listPage(call, "/v1/prices", call.account.prices, ["currency", "product", "type"]);
}

function readCustomAmount({ params }: StripeCall): Price["custom_unit_amount"] {
  const given = params.custom_unit_amount;
  if (!isFormObject(given)) return null;
  const maximum = readInteger(given, "maximum", 1) ?? null;
  return { maximum, minimum: readInteger(given, "minimum", 1) ?? null };
}
