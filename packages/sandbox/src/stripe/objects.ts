import type { StripeErrorFields } from "./errors.ts";

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

export interface Charge {
  readonly id: string;
  readonly object: "charge";
  amount: number;
  amount_captured: number;
  /** What was refunded or, where less was captured than authorized, released. */
  amount_refunded: number;
  captured: boolean;
  readonly created: number;
  readonly currency: string;
  readonly customer: string | null;
  readonly description: string | null;
  readonly disputed: false;
  readonly failure_code: string | null;
  readonly failure_message: string | null;
  readonly livemode: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  readonly paid: boolean;
  readonly payment_intent: string | null;
  readonly payment_method: string;
  refunded: boolean;
  readonly status: "succeeded" | "failed";
}

export interface Refund {
  readonly id: string;
  readonly object: "refund";
  readonly amount: number;
  readonly charge: string;
  readonly created: number;
  readonly currency: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly payment_intent: string | null;
  readonly reason: string | null;
  readonly status: "succeeded";
}

export interface Customer {
  readonly id: string;
  readonly object: "customer";
  /** What the customer owes at the next invoice, in minor units; below zero it is store credit. */
  balance: number;
  readonly created: number;
  readonly currency: "usd";
  default_source: string | null;
  description: string | null;
  email: string | null;
  readonly livemode: boolean;
  metadata: Record<string, string>;
  name: string | null;
  phone: string | null;
}
