import { find, type StripeCall } from "./account.ts";
import { notPossible, type StripeError } from "./errors.ts";
import type { FormObject } from "./form.ts";
import type { PaymentIntent, PaymentIntentStatus } from "./objects.ts";
import { readString } from "./params.ts";
import { assumedCard, readCard } from "./test-tokens.ts";

/** Where the intent may still be changed and confirmed. */
export const openStatuses: readonly PaymentIntentStatus[] = [
  "requires_payment_method",
  "requires_confirmation",
  "requires_action",
];

export function findIntent({ account, id }: StripeCall): PaymentIntent {
  return find(account.paymentIntents, "payment_intent", id);
}

export function unexpectedState(intent: PaymentIntent, message: string): StripeError {
  return notPossible(message, { code: "payment_intent_unexpected_state", payment_intent: intent });
}

export function recordIntent(
  call: StripeCall,
  intent: PaymentIntent,
  what: "created" | "updated" | "requires_action" | "authorized" | "captured" | "canceled",
  exposureMinor: number,
): void {
  call.record({
    objectId: intent.id,
    kind: `payment_intent.${what}`,
    amountMinor: what === "captured" ? intent.amount_received : intent.amount,
    exposureMinor,
    currency: intent.currency,
    metadata: intent.metadata,
  });
}

export function readPaymentMethod(params: FormObject): string | undefined {
  const paymentMethod = readString(params, "payment_method");
  if (paymentMethod !== undefined) readCard(paymentMethod, "payment_method");
  return paymentMethod;
}

/** With a customer or with automatic payment methods there would be a card to find; otherwise there is none. */
export function assumedPaymentMethod(automatic: boolean, customer: string | null): string | undefined {
  return automatic || customer !== null ? assumedCard : undefined;
}
