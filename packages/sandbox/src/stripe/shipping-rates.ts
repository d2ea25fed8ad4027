import { find, newId, type StripeCall } from "./account.ts";
import type { ShippingRate } from "./billing-objects.ts";
import { invalidRequest } from "./errors.ts";
import { type FormObject, isFormObject } from "./form.ts";
import { mergeMetadata, readInteger, readString, requireCurrency } from "./params.ts";

export function createShippingRate(call: StripeCall): ShippingRate {
  return addShippingRate(call, call.params);
}

export function retrieveShippingRate({ account, id }: StripeCall): ShippingRate {
  return find(account.shippingRates, "shipping_rate", id);
}

/** Also made by the `shipping_rate_data` of a Checkout Session. */
export function addShippingRate({ account, now }: StripeCall, params: FormObject): ShippingRate {
  const fixed = params.fixed_amount;
  if (!isFormObject(fixed)) {
    throw invalidRequest("Missing required param: fixed_amount.", { code: "parameter_missing" });
  }
  const rate: ShippingRate = {
    id: newId("shr"),
    object: "shipping_rate",
    active: true,
    created: now,
    display_name: readString(params, "display_name") ?? null,
    fixed_amount: { amount: readInteger(fixed, "amount", 0) ?? 0, currency: requireCurrency(fixed) },
    livemode: account.livemode,
    metadata: mergeMetadata({}, params),
    type: "fixed_amount",
  };
  account.shippingRates.set(rate.id, rate);
  return rate;
}
