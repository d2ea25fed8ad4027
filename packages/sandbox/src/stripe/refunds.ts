import { find, moveBalance, newId, readReference, type StripeCall } from "./account.ts";
import { invalidRequest, notPossible } from "./errors.ts";
import { listPage } from "./list.ts";
import type { Charge, Refund } from "./objects.ts";
import { mergeMetadata, readAmount, readChoice } from "./params.ts";

export function createRefund(call: StripeCall): Refund {
  const { account, params } = call;
  const wanted = readAmount(params);
  const reason = readChoice(params, "reason", ["duplicate", "fraudulent", "requested_by_customer"]);
  const metadata = mergeMetadata({}, params);
  const charge = findCharge(call);
  const left = charge.amount - charge.amount_refunded;
  if (charge.refunded || left === 0) {
    throw notPossible(`Charge ${charge.id} has already been refunded.`, { code: "charge_already_refunded" });
  }
  const amount = wanted ?? left;
  if (amount > left) {
    throw notPossible(
      `Refund amount (${amount} ${charge.currency}) is greater than unrefunded amount on charge (${left} ${charge.currency})`,
      { param: "amount" },
    );
  }
  if (!charge.captured && amount < left) {
    throw notPossible(
      "You cannot partially refund an uncaptured charge. Capture it for an amount less than the original amount instead.",
      { param: "amount" },
    );
  }
  const refund: Refund = {
    id: newId("re"),
    object: "refund",
    amount,
    charge: charge.id,
    created: call.now,
    currency: charge.currency,
    metadata,
    payment_intent: charge.payment_intent,
    reason: reason ?? null,
    status: "succeeded",
  };
  charge.amount_refunded += amount;
  charge.refunded = charge.amount_refunded === charge.amount;
  if (charge.captured) moveBalance(account, charge.currency, -amount);
  account.refunds.set(refund.id, refund);
  call.record({
    objectId: refund.id,
    kind: "refund.created",
    amountMinor: amount,
    currency: refund.currency,
    metadata,
  });
  return refund;
}

export function retrieveRefund({ account, id }: StripeCall): Refund {
  return find(account.refunds, "refund", id);
}

export function listRefunds(call: StripeCall): object {
  return listPage(call, "/v1/refunds", call.account.refunds, ["charge", "payment_intent"]);
}

function findCharge({ account, params }: StripeCall): Charge {
  const intentId = readReference(params, "payment_intent", account.paymentIntents);
  const chargeId =
    readReference(params, "charge", account.charges) ??
    account.paymentIntents.get(intentId ?? "")?.latest_charge ??
    undefined;
  if (chargeId === undefined && intentId === undefined) {
    throw invalidRequest(
      "One of the following params should be provided for this request: payment_intent or charge.",
    );
  }
  const charge = account.charges.get(chargeId ?? "");
  // Of an uncaptured charge only a direct one can be refunded; an intent's is released by canceling the intent.
  const refundable = charge?.paid && (charge.captured || charge.payment_intent === null || charge.refunded);
  if (!charge || !refundable || (intentId !== undefined && charge.payment_intent !== intentId)) {
    const holder = intentId ?? charge?.payment_intent;
    throw notPossible(
      holder
        ? `This PaymentIntent (${holder}) does not have a successful charge to refund.`
        : `Charge ${charge?.id} has failed and cannot be refunded.`,
    );
  }
  return charge;
}
