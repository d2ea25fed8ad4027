import { noSuch, StripeError } from "./errors.ts";

export interface CardDecline {
  readonly kind: "declined";
  readonly code: string;
  readonly declineCode?: string;
  readonly message: string;
}

export type CardOutcome =
  | { readonly kind: "approved" }
  | { readonly kind: "authentication_required" }
  | CardDecline;

/** The card assumed where Stripe would use a customer's or a payer's own. */
export const assumedCard = "pm_card_visa";

const approvedCards = new Set([
  "visa",
  "visa_debit",
  "mastercard",
  "mastercard_debit",
  "mastercard_prepaid",
  "amex",
  "discover",
  "diners",
  "jcb",
  "unionpay",
]);

const authenticationCards = new Set([
  "authenticationRequired",
  "threeDSecure2Required",
  "threeDSecureRequired",
]);

const declines: Readonly<Record<string, CardDecline>> = {
  chargeDeclined: decline("card_declined", "Your card was declined.", "generic_decline"),
  chargeDeclinedInsufficientFunds: decline(
    "card_declined",
    "Your card has insufficient funds.",
    "insufficient_funds",
  ),
  chargeDeclinedLostCard: decline("card_declined", "Your card was declined.", "lost_card"),
  chargeDeclinedStolenCard: decline("card_declined", "Your card was declined.", "stolen_card"),
  chargeDeclinedFraudulent: decline("card_declined", "Your card was declined.", "fraudulent"),
  chargeDeclinedExpiredCard: decline("expired_card", "Your card has expired."),
  chargeDeclinedIncorrectCvc: decline("incorrect_cvc", "Your card's security code is incorrect."),
  chargeDeclinedProcessingError: decline(
    "processing_error",
    "An error occurred while processing your card. Try again in a little bit.",
  ),
};

function decline(code: string, message: string, declineCode?: string): CardDecline {
  return { kind: "declined", code, message, ...(declineCode ? { declineCode } : {}) };
}

/** What a test payment method (`pm_card_…`) or token (`tok_…`) does when it is charged. */
export function readCard(token: string, param: "payment_method" | "source"): CardOutcome {
  const name = /^(?:pm_card|tok)_(?:(?:visa|us)_(?=chargeDeclined))?(\w+)$/.exec(token)?.[1] ?? "";
  const declined = Object.hasOwn(declines, name) ? declines[name] : undefined;
  if (declined) return declined;
  if (authenticationCards.has(name)) return { kind: "authentication_required" };
  if (approvedCards.has(name)) return { kind: "approved" };
  throw noSuch(param === "source" ? "token" : "PaymentMethod", token, param, 400);
}

export function cardError(
  { code, declineCode, message }: CardDecline,
  details: { readonly charge: string; readonly payment_intent?: object },
): StripeError {
  return new StripeError(
    402,
    { type: "card_error", code, ...(declineCode ? { decline_code: declineCode } : {}), message, ...details },
    true,
  );
}
