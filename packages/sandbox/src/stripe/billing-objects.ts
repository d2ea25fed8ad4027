/** A price for any number of units. Its amounts never change. */
export interface Price {
  readonly id: string;
  readonly object: "price";
  readonly active: true;
  readonly billing_scheme: "per_unit";
  readonly created: number;
  readonly currency: string;
  /** What the payer may choose; `null` if the amount is fixed. */
  readonly custom_unit_amount: { readonly maximum: number | null; readonly minimum: number | null } | null;
  readonly livemode: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  readonly product: string;
  readonly recurring: { readonly interval: string; readonly interval_count: 1 } | null;
  readonly type: "one_time" | "recurring";
  readonly unit_amount: number | null;
  readonly unit_amount_decimal: string | null;
}

export interface ShippingRate {
  readonly id: string;
  readonly object: "shipping_rate";
  readonly active: true;
  readonly created: number;
  readonly display_name: string | null;
  readonly fixed_amount: { readonly amount: number; readonly currency: string };
  readonly livemode: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  readonly type: "fixed_amount";
}

export interface CheckoutSession {
  readonly id: string;
  readonly object: "checkout.session";
  /** With the quantities given and the first of the shipping rates: the payer can choose others. */
  readonly amount_total: number | null;
  readonly created: number;
  readonly currency: string | null;
  readonly customer: string | null;
  readonly livemode: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  readonly mode: "payment" | "setup" | "subscription";
  readonly payment_intent: null;
  readonly payment_status: "unpaid" | "no_payment_required";
  status: "open" | "expired";
  readonly success_url: string | null;
  readonly url: string;
}

export interface PaymentLink {
  readonly id: string;
  readonly object: "payment_link";
  active: boolean;
  readonly currency: string;
  readonly livemode: boolean;
  metadata: Readonly<Record<string, string>>;
  readonly restrictions: { readonly completed_sessions: { readonly limit: number } } | null;
  readonly url: string;
}

export interface InvoiceItem {
  readonly id: string;
  readonly object: "invoiceitem";
  /** In minor units; below zero it takes away from the invoice. */
  readonly amount: number;
  readonly currency: string;
  readonly customer: string | null;
  readonly date: number;
  readonly description: string | null;
  /** The invoice it is on, or `null` while it is pending. */
  invoice: string | null;
  readonly livemode: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  readonly quantity: number;
}

export interface Invoice {
  readonly id: string;
  readonly object: "invoice";
  amount_due: number;
  amount_paid: number;
  amount_remaining: number;
  readonly auto_advance: boolean;
  readonly automatic_tax: { readonly enabled: false; readonly status: null };
  readonly created: number;
  readonly currency: string;
  readonly customer: string | null;
  readonly lines: { readonly object: "list"; readonly data: readonly object[]; readonly has_more: false };
  readonly livemode: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  status: "draft" | "open" | "paid" | "void";
  readonly subscription: string | null;
}

export interface Subscription {
  readonly id: string;
  readonly object: "subscription";
  cancel_at_period_end: boolean;
  canceled_at: number | null;
  readonly created: number;
  readonly customer: string;
  readonly latest_invoice: string;
  readonly livemode: boolean;
  metadata: Readonly<Record<string, string>>;
  status: "active" | "canceled";
}

export interface IssuingCard {
  readonly id: string;
  readonly object: "issuing.card";
  readonly currency: string;
  readonly last4: string;
  readonly livemode: boolean;
  metadata: Readonly<Record<string, string>>;
  spending_controls: {
    readonly spending_limits: readonly {
      readonly amount: number;
      readonly categories: null;
      readonly interval: string;
    }[];
  };
  status: "active" | "canceled" | "inactive";
  readonly type: "physical" | "virtual";
}
