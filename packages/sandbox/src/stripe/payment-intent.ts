import { find, type StripeCall } from "./account.ts";
import { notPossible, type StripeError, type StripeErrorFields } from "./errors.ts";
import type { FormObject } from "./form.ts";
import { readString } from "./params.ts";
import { assumedCard, readCard } from "./test-tokens.ts";

export type PaymentIntentStatus =
  | "requires_payment_method"
  | "requires_confirmation"
  | "requires_action"
  | "requires_capture"
  | "succeeded"
  | "canceled";

export interface PaymentIntent {
  readonly id: string;
  readonly object: "payment_intent";
  amount: number;
  amount_capturable: number;
  amount_received: number;
  readonly automatic_payment_methods: { readonly enabled: true } | null;
  canceled_at: number | null;
  cancellation_reason: string | null;
  readonly capture_method: "automatic" | "automatic_async" | "manual";
  readonly client_secret: string;
  readonly confirmation_method: "automatic";
  readonly created: number;
  currency: string;
  customer: string | null;
  description: string | null;
  last_payment_error: StripeErrorFields | null;
  latest_charge: string | null;
  readonly livemode: boolean;
  metadata: Record<string, string>;
  next_action: object | null;
  payment_method: string | null;
  readonly payment_method_types: readonly string[];
  receipt_email: string | null;
  status: PaymentIntentStatus;
}

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
