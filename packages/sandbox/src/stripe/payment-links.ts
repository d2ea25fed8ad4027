import { find, newId, type StripeCall } from "./account.ts";
import type { PaymentLink } from "./billing-objects.ts";
import { isFormObject } from "./form.ts";
import { totalLines } from "./line-items.ts";
import { mergeMetadata, readBoolean, readInteger } from "./params.ts";

export function createPaymentLink(call: StripeCall): PaymentLink {
  const { account, params } = call;
  const lines = totalLines(call, "line_items");
  const limit = readLimit(call);
  const id = newId("plink");
  const link: PaymentLink = {
    id,
    object: "payment_link",
    active: true,
    currency: lines.currency,
    livemode: account.livemode,
    metadata: mergeMetadata({}, params),
    restrictions: limit === undefined ? null : { completed_sessions: { limit } },
    url: `https://buy.stripe.com/${id}`,
  };
  account.paymentLinks.set(id, link);
  call.record({
    objectId: id,
    kind: "payment_link.created",
    amountMinor: lines.amount,
    // A link without a limit can be paid any number of times: it counts once here.
    exposureMinor: lines.highest * (limit ?? 1),
    currency: lines.currency,
    metadata: link.metadata,
  });
  return link;
}

export function retrievePaymentLink({ account, id }: StripeCall): PaymentLink {
  return find(account.paymentLinks, "payment_link", id);
}

export function updatePaymentLink(call: StripeCall): PaymentLink {
  const link = retrievePaymentLink(call);
  link.active = readBoolean(call.params, "active") ?? link.active;
  link.metadata = mergeMetadata(link.metadata, call.params);
  return link;
}

function readLimit({ params: { restrictions } }: StripeCall): number | undefined {
  const sessions = isFormObject(restrictions) ? restrictions.completed_sessions : undefined;
  return isFormObject(sessions) ? readInteger(sessions, "limit", 1) : undefined;
}
