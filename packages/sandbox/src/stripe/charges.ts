import { type Account, find, moveBalance, newId, readReference, type StripeCall } from "./account.ts";
import { invalidRequest, notPossible } from "./errors.ts";
import { listPage } from "./list.ts";
import type { Charge } from "./objects.ts";
import {
  mergeMetadata,
  readAmount,
  readBoolean,
  readClearableString,
  readString,
  requireAmount,
  requireCurrency,
} from "./params.ts";
import { assumedCard, type CardDecline, cardError, readCard } from "./test-tokens.ts";

interface NewCharge {
  readonly amount: number;
  readonly currency: string;
  readonly captured: boolean;
  readonly customer: string | null;
  readonly description: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly paymentIntent: string | null;
  readonly paymentMethod: string;
  readonly decline?: CardDecline;
}

/** Keeps a charge, declined ones too as Stripe does, and books what it captured. */
export function addCharge({ account, now }: StripeCall, details: NewCharge): Charge {
  const { amount, captured, currency, decline } = details;
  const charge: Charge = {
    id: newId("ch"),
    object: "charge",
    amount,
    amount_captured: captured ? amount : 0,
    amount_refunded: 0,
    captured,
    created: now,
    currency,
    customer: details.customer,
    description: details.description,
    disputed: false,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    livemode: account.livemode,
    metadata: details.metadata,
    paid: decline === undefined,
    payment_intent: details.paymentIntent,
    payment_method: details.paymentMethod,
    refunded: false,
    status: decline === undefined ? "succeeded" : "failed",
  };
  account.charges.set(charge.id, charge);
  if (captured) moveBalance(account, currency, amount);
  return charge;
}

export function createCharge(call: StripeCall): Charge {
  const { account, params } = call;
  const amount = requireAmount(params);
  const currency = requireCurrency(params);
  const capture = readBoolean(params, "capture") ?? true;
  const customer = readReference(params, "customer", account.customers) ?? null;
  const source =
    readString(params, "source") ?? (customer === null ? undefined : sourceOf(account, customer));
  if (source === undefined) {
    throw invalidRequest("Must provide source or customer.", { code: "parameter_missing" });
  }
  const card = readCard(source, "source");
  const details = {
    amount,
    currency,
    customer,
    description: readClearableString(params, "description") ?? null,
    metadata: mergeMetadata({}, params),
    paymentIntent: null,
    paymentMethod: source,
  };
  if (card.kind !== "approved") {
    const decline = card.kind === "declined" ? card : authenticationDecline;
    const failed = addCharge(call, { ...details, captured: false, decline });
    throw cardError(decline, { charge: failed.id });
  }
  const charge = addCharge(call, { ...details, captured: capture });
  recordCharge(call, charge, capture ? "captured" : "authorized", amount);
  return charge;
}

export function retrieveCharge({ account, id }: StripeCall): Charge {
  return find(account.charges, "charge", id);
}

export function captureOneCharge(call: StripeCall): Charge {
  const charge = retrieveCharge(call);
  const amount = readAmount(call.params) ?? charge.amount;
  if (charge.payment_intent !== null) {
    throw notPossible(
      `Charge ${charge.id} belongs to ${charge.payment_intent}: capture the PaymentIntent instead.`,
    );
  }
  if (charge.captured) {
    throw notPossible(`Charge ${charge.id} has already been captured.`, { code: "charge_already_captured" });
  }
  if (charge.refunded) {
    throw notPossible(`Charge ${charge.id} has been refunded.`, { code: "charge_already_refunded" });
  }
  if (!charge.paid) throw notPossible(`Charge ${charge.id} has failed and cannot be captured.`);
  if (amount > charge.amount) {
    throw notPossible(
      "The requested capture amount is greater than the amount you can capture for this charge.",
      {
        code: "amount_too_large",
        param: "amount",
      },
    );
  }
  captureCharge(call.account, charge, amount);
  recordCharge(call, charge, "captured", amount);
  return charge;
}

export function listCharges(call: StripeCall): object {
  return listPage(call, "/v1/charges", call.account.charges, ["customer", "payment_intent"]);
}

/** Takes `amount` of an authorized charge. Stripe shows the rest, which it releases, as refunded. */
export function captureCharge(account: Account, charge: Charge, amount: number): void {
  charge.captured = true;
  charge.amount_captured = amount;
  charge.amount_refunded = charge.amount - amount;
  moveBalance(account, charge.currency, amount);
}

const authenticationDecline: CardDecline = {
  kind: "declined",
  code: "authentication_required",
  declineCode: "authentication_required",
  message: "Your card was declined. This transaction requires authentication.",
};

function sourceOf(account: Account, customer: string): string {
  return account.customers.get(customer)?.default_source ?? assumedCard;
}

function recordCharge(
  call: StripeCall,
  charge: Charge,
  what: "authorized" | "captured",
  amountMinor: number,
): void {
  const { id: objectId, currency, metadata } = charge;
  call.record({ objectId, kind: `charge.${what}`, amountMinor, currency, metadata });
}
