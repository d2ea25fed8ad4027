import { find, newId, readReference, type StripeCall } from "./account.ts";
import type { CheckoutSession, ShippingRate } from "./billing-objects.ts";
import { invalidRequest, notPossible } from "./errors.ts";
import { isFormObject } from "./form.ts";
import { listItems, totalLines } from "./line-items.ts";
import { mergeMetadata, readChoice, readString } from "./params.ts";
import { addShippingRate } from "./shipping-rates.ts";

export function createCheckoutSession(call: StripeCall): CheckoutSession {
  const { account, params } = call;
  const mode = readChoice(params, "mode", ["payment", "setup", "subscription"]);
  if (mode === undefined) {
    throw invalidRequest("Missing required param: mode.", { code: "parameter_missing", param: "mode" });
  }
  const customer = readReference(params, "customer", account.customers) ?? null;
  const lines = mode === "setup" ? undefined : totalLines(call, "line_items");
  if (lines && lines.recurring !== (mode === "subscription")) {
    throw invalidRequest(`You specified \`${mode}\` mode but passed prices of another type.`, {
      param: "mode",
    });
  }
  const shipping = readShipping(call).map(({ fixed_amount }) => fixed_amount.amount);
  const id = newId("cs");
  const session: CheckoutSession = {
    id,
    object: "checkout.session",
    amount_total: lines ? lines.amount + (shipping[0] ?? 0) : null,
    created: call.now,
    currency: lines?.currency ?? null,
    customer,
    livemode: account.livemode,
    metadata: mergeMetadata({}, params),
    mode,
    payment_intent: null,
    payment_status: lines ? "unpaid" : "no_payment_required",
    status: "open",
    success_url: readString(params, "success_url") ?? null,
    url: `https://checkout.stripe.com/c/pay/${id}`,
  };
  account.checkoutSessions.set(id, session);
  if (lines) {
    call.record({
      objectId: id,
      kind: "checkout_session.created",
      amountMinor: session.amount_total ?? 0,
      exposureMinor: lines.highest + Math.max(0, ...shipping),
      currency: lines.currency,
      metadata: session.metadata,
    });
  }
  return session;
}

export function retrieveCheckoutSession({ account, id }: StripeCall): CheckoutSession {
  return find(account.checkoutSessions, "checkout.session", id);
}

export function expireCheckoutSession(call: StripeCall): CheckoutSession {
  const session = retrieveCheckoutSession(call);
  if (session.status !== "open")
    throw notPossible("Only Checkout Sessions with a status of open can expire.");
  session.status = "expired";
  return session;
}

function readShipping(call: StripeCall): ShippingRate[] {
  return listItems(call.params.shipping_options).map((option) => {
    if (isFormObject(option.shipping_rate_data)) return addShippingRate(call, option.shipping_rate_data);
    const id = readReference(option, "shipping_rate", call.account.shippingRates);
    return find(call.account.shippingRates, "shipping_rate", id ?? "");
  });
}
