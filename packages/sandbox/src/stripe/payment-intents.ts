import { newId, readReference, type StripeCall } from "./account.ts";
import { type FormObject, isFormObject } from "./form.ts";
import { listPage } from "./list.ts";
import type { PaymentIntent } from "./objects.ts";
import {
  mergeMetadata,
  readAmount,
  readBoolean,
  readChoice,
  readClearableString,
  readCurrency,
  requireAmount,
  requireCurrency,
} from "./params.ts";
import { pay } from "./pay.ts";
import {
  assumedPaymentMethod,
  findIntent,
  openStatuses,
  readPaymentMethod,
  recordIntent,
  unexpectedState,
} from "./payment-intent.ts";
import { readCard } from "./test-tokens.ts";

export function createPaymentIntent(call: StripeCall): PaymentIntent {
  const { account, params } = call;
  const amount = requireAmount(params);
  const currency = requireCurrency(params);
  const confirm = readBoolean(params, "confirm") ?? false;
  const customer = readReference(params, "customer", account.customers) ?? null;
  const automatic = hasAutomaticPaymentMethods(params);
  const paymentMethod =
    readPaymentMethod(params) ?? (confirm ? assumedPaymentMethod(automatic, customer) : undefined);
  const id = newId("pi");
  const intent: PaymentIntent = {
    id,
    object: "payment_intent",
    amount,
    amount_capturable: 0,
    amount_received: 0,
    automatic_payment_methods: automatic ? { enabled: true } : null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method:
      readChoice(params, "capture_method", ["automatic", "automatic_async", "manual"]) ?? "automatic_async",
    client_secret: newId(`${id}_secret`),
    confirmation_method: "automatic",
    created: call.now,
    currency,
    customer,
    description: readClearableString(params, "description") ?? null,
    last_payment_error: null,
    latest_charge: null,
    livemode: account.livemode,
    metadata: mergeMetadata({}, params),
    next_action: null,
    payment_method: paymentMethod ?? null,
    payment_method_types: ["card"],
    receipt_email: readClearableString(params, "receipt_email") ?? null,
    status: paymentMethod ? "requires_confirmation" : "requires_payment_method",
  };
  const declined =
    confirm && paymentMethod !== undefined && readCard(paymentMethod, "payment_method").kind === "declined";
  account.paymentIntents.set(id, intent);
  // Created unconfirmed it counts in full: its payer can pay it with the client secret, past any proxy. Only
  // the answer 402 tells the caller that nothing moved, although the intent stays behind; a later confirm counts.
  recordIntent(call, intent, "created", declined ? 0 : amount);
  // The public guides confirm an intent in the very call that creates it, without a payment method. Stripe
  // would refuse that; here it waits for one, so that the guides' code runs to its end.
  if (confirm && paymentMethod !== undefined) pay(call, intent, paymentMethod, amount);
  return intent;
}

export function retrievePaymentIntent(call: StripeCall): PaymentIntent {
  return findIntent(call);
}

export function updatePaymentIntent(call: StripeCall): PaymentIntent {
  const { account, params } = call;
  const intent = findIntent(call);
  const amount = readAmount(params) ?? intent.amount;
  const currency = readCurrency(params) ?? intent.currency;
  const customer = readReference(params, "customer", account.customers) ?? intent.customer;
  const paymentMethod = readPaymentMethod(params);
  const description = readClearableString(params, "description");
  const receiptEmail = readClearableString(params, "receipt_email");
  const metadata = mergeMetadata(intent.metadata, params);
  for (const name of ["amount", "currency", "payment_method"]) {
    if (params[name] !== undefined && !openStatuses.includes(intent.status)) {
      throw unexpectedState(
        intent,
        `This PaymentIntent's ${name} could not be updated because it has a status of ${intent.status}. ` +
          `You may only update the ${name} of a PaymentIntent with one of the following statuses: ` +
          `${openStatuses.join(", ")}.`,
      );
    }
  }
  const moved = amount !== intent.amount || currency !== intent.currency;
  intent.amount = amount;
  intent.currency = currency;
  intent.customer = customer;
  intent.metadata = metadata;
  if (description !== undefined) intent.description = description;
  if (receiptEmail !== undefined) intent.receipt_email = receiptEmail;
  if (paymentMethod !== undefined) {
    intent.payment_method = paymentMethod;
    intent.status = "requires_confirmation";
  }
  if (moved) recordIntent(call, intent, "updated", amount);
  return intent;
}

export function listPaymentIntents(call: StripeCall): object {
  return listPage(call, "/v1/payment_intents", call.account.paymentIntents, ["customer"]);
}

function hasAutomaticPaymentMethods(params: FormObject): boolean {
  const automatic = params.automatic_payment_methods;
  return isFormObject(automatic) && readBoolean(automatic, "enabled") === true;
}
