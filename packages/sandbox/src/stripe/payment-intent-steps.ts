import type { StripeCall } from "./account.ts";
import { captureCharge } from "./charges.ts";
import { notPossible } from "./errors.ts";
import type { Charge, PaymentIntent } from "./objects.ts";
import { readAmount, readChoice, requireAmount } from "./params.ts";
import { pay } from "./pay.ts";
import {
  assumedPaymentMethod,
  findIntent,
  openStatuses,
  readPaymentMethod,
  recordIntent,
  unexpectedState,
} from "./payment-intent.ts";

export function confirmPaymentIntent(call: StripeCall): PaymentIntent {
  const { params } = call;
  const intent = findIntent(call);
  const amount = readAmount(params, "amount_to_confirm") ?? intent.amount;
  const paymentMethod =
    readPaymentMethod(params) ??
    intent.payment_method ??
    assumedPaymentMethod(intent.automatic_payment_methods !== null, intent.customer);
  if (intent.status === "succeeded") {
    throw unexpectedState(
      intent,
      "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.",
    );
  }
  if (!openStatuses.includes(intent.status)) {
    throw unexpectedState(
      intent,
      `You cannot confirm this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent ` +
        "with one of the following statuses may be confirmed: requires_confirmation, requires_action.",
    );
  }
  if (paymentMethod === undefined) {
    throw unexpectedState(
      intent,
      "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the " +
        "PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method.",
    );
  }
  pay(call, intent, paymentMethod, amount);
  return intent;
}

export function capturePaymentIntent(call: StripeCall): PaymentIntent {
  const intent = findIntent(call);
  const wanted = readAmount(call.params, "amount_to_capture");
  const charge = authorizedCharge(call, intent, "captured");
  const amount = wanted ?? intent.amount_capturable;
  if (amount > intent.amount_capturable) {
    throw notPossible(
      "The requested capture amount is greater than the amount you can capture for this charge.",
      {
        code: "amount_too_large",
        param: "amount_to_capture",
      },
    );
  }
  captureCharge(call.account, charge, amount);
  intent.amount_capturable = 0;
  intent.amount_received = amount;
  intent.status = "succeeded";
  recordIntent(call, intent, "captured", amount);
  return intent;
}

export function incrementAuthorization(call: StripeCall): PaymentIntent {
  const intent = findIntent(call);
  const amount = requireAmount(call.params);
  const charge = authorizedCharge(call, intent, "incremented");
  if (amount <= intent.amount) {
    throw notPossible("The amount must be greater than the currently authorized amount.", {
      param: "amount",
    });
  }
  charge.amount = amount;
  intent.amount = amount;
  intent.amount_capturable = amount;
  recordIntent(call, intent, "authorized", amount);
  return intent;
}

export function cancelPaymentIntent(call: StripeCall): PaymentIntent {
  const intent = findIntent(call);
  const reason = readChoice(call.params, "cancellation_reason", [
    "duplicate",
    "fraudulent",
    "requested_by_customer",
    "abandoned",
  ]);
  if (intent.status === "succeeded" || intent.status === "canceled") {
    throw unexpectedState(
      intent,
      `You cannot cancel this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with ` +
        "one of the following statuses may be canceled: requires_payment_method, requires_capture, " +
        "requires_confirmation, requires_action, processing.",
    );
  }
  if (intent.status === "requires_capture") {
    const charge = authorizedCharge(call, intent, "canceled");
    charge.amount_refunded = charge.amount;
    charge.refunded = true;
  }
  intent.amount_capturable = 0;
  intent.canceled_at = call.now;
  intent.cancellation_reason = reason ?? null;
  intent.next_action = null;
  intent.status = "canceled";
  recordIntent(call, intent, "canceled", 0);
  return intent;
}

function authorizedCharge({ account }: StripeCall, intent: PaymentIntent, done: string): Charge {
  const charge = account.charges.get(intent.latest_charge ?? "");
  if (intent.status !== "requires_capture" || charge === undefined) {
    throw unexpectedState(
      intent,
      `This PaymentIntent could not be ${done} because it has a status of ${intent.status}. ` +
        `Only a PaymentIntent with one of the following statuses may be ${done}: requires_capture.`,
    );
  }
  return charge;
}
