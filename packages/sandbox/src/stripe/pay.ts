import type { StripeCall } from "./account.ts";
import { addCharge } from "./charges.ts";
import type { PaymentIntent } from "./objects.ts";
import { recordIntent } from "./payment-intent.ts";
import { cardError, readCard } from "./test-tokens.ts";

/**
 * Tries to pay `amount` (minor units) with a test payment method. A decline leaves the intent open, at the
 * amount it had, and throws Stripe's 402.
 */
export function pay(call: StripeCall, intent: PaymentIntent, paymentMethod: string, amount: number): void {
  const card = readCard(paymentMethod, "payment_method");
  intent.payment_method = paymentMethod;
  intent.last_payment_error = null;
  intent.next_action = null;
  if (card.kind === "authentication_required") {
    intent.amount = amount;
    intent.status = "requires_action";
    intent.next_action = { type: "use_stripe_sdk", use_stripe_sdk: { type: "three_d_secure_redirect" } };
    recordIntent(call, intent, "requires_action", amount);
    return;
  }
  const approved = card.kind === "approved";
  const captured = intent.capture_method !== "manual";
  const charge = addCharge(call, {
    amount,
    currency: intent.currency,
    captured: approved && captured,
    customer: intent.customer,
    description: intent.description,
    metadata: intent.metadata,
    paymentIntent: intent.id,
    paymentMethod,
    ...(approved ? {} : { decline: card }),
  });
  intent.latest_charge = charge.id;
  if (!approved) {
    intent.status = "requires_payment_method";
    intent.payment_method = null;
    const error = cardError(card, { charge: charge.id, payment_intent: intent });
    const { payment_intent: _circular, ...lastError } = error.fields;
    intent.last_payment_error = lastError;
    throw error;
  }
  intent.amount = amount;
  if (captured) {
    intent.status = "succeeded";
    intent.amount_received = amount;
    recordIntent(call, intent, "captured", amount);
  } else {
    intent.status = "requires_capture";
    intent.amount_capturable = amount;
    recordIntent(call, intent, "authorized", amount);
  }
}
