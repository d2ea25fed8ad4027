import { find, newId, readReference, type StripeCall } from "./account.ts";
import type { Subscription } from "./billing-objects.ts";
import { invalidRequest, notPossible } from "./errors.ts";
import { addSubscriptionInvoice, markPaid } from "./invoices.ts";
import { totalLines } from "./line-items.ts";
import { mergeMetadata, readBoolean, readChoice } from "./params.ts";

/** Pays its first invoice, or leaves it a draft if it is to be sent. It doesn't renew. */
export function createSubscription(call: StripeCall): Subscription {
  const { account, params } = call;
  const customer = readReference(params, "customer", account.customers);
  if (customer === undefined) {
    throw invalidRequest("Missing required param: customer.", { code: "parameter_missing" });
  }
  const total = totalLines(call, "items");
  const method = readChoice(params, "collection_method", ["charge_automatically", "send_invoice"]);
  const id = newId("sub");
  const invoice = addSubscriptionInvoice(call, total, id, customer);
  if (method !== "send_invoice") markPaid(invoice);
  const subscription: Subscription = {
    id,
    object: "subscription",
    cancel_at_period_end: readBoolean(params, "cancel_at_period_end") ?? false,
    canceled_at: null,
    created: call.now,
    customer,
    latest_invoice: invoice.id,
    livemode: account.livemode,
    metadata: mergeMetadata({}, params),
    status: "active",
  };
  account.subscriptions.set(id, subscription);
  return subscription;
}

export function retrieveSubscription({ account, id }: StripeCall): Subscription {
  return find(account.subscriptions, "subscription", id);
}

export function updateSubscription(call: StripeCall): Subscription {
  const subscription = retrieveSubscription(call);
  if (subscription.status === "canceled") throw notPossible("A canceled subscription can't be updated.");
  subscription.cancel_at_period_end =
    readBoolean(call.params, "cancel_at_period_end") ?? subscription.cancel_at_period_end;
  subscription.metadata = mergeMetadata(subscription.metadata, call.params);
  return subscription;
}

export function cancelSubscription(call: StripeCall): Subscription {
  const subscription = retrieveSubscription(call);
  if (subscription.status === "canceled") throw notPossible("This subscription is already canceled.");
  subscription.status = "canceled";
  subscription.canceled_at = call.now;
  return subscription;
}
