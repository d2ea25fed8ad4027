import { randomUUID } from "node:crypto";
import type { Effect } from "../ledger.ts";
import type {
  CheckoutSession,
  Invoice,
  InvoiceItem,
  IssuingCard,
  PaymentLink,
  Price,
  ShippingRate,
  Subscription,
} from "./billing-objects.ts";
import { noSuch } from "./errors.ts";
import type { FormObject } from "./form.ts";
import type { IdempotencyKeys } from "./idempotency.ts";
import type { Charge, Customer, PaymentIntent, Refund } from "./objects.ts";
import { readString } from "./params.ts";

/** Everything behind one secret key. Live and test share nothing, as at Stripe. */
export interface Account {
  readonly livemode: boolean;
  readonly paymentIntents: Map<string, PaymentIntent>;
  readonly charges: Map<string, Charge>;
  readonly refunds: Map<string, Refund>;
  readonly customers: Map<string, Customer>;
  readonly deletedCustomers: Set<string>;
  readonly prices: Map<string, Price>;
  readonly shippingRates: Map<string, ShippingRate>;
  readonly checkoutSessions: Map<string, CheckoutSession>;
  readonly paymentLinks: Map<string, PaymentLink>;
  readonly invoiceItems: Map<string, InvoiceItem>;
  readonly invoices: Map<string, Invoice>;
  readonly subscriptions: Map<string, Subscription>;
  readonly issuingCards: Map<string, IssuingCard>;
  /** Captured less refunded, per currency in minor units. */
  readonly balance: Map<string, number>;
  readonly idempotencyKeys: IdempotencyKeys;
}

export function createAccount(livemode: boolean): Account {
  return {
    livemode,
    paymentIntents: new Map(),
    charges: new Map(),
    refunds: new Map(),
    customers: new Map(),
    deletedCustomers: new Set(),
    prices: new Map(),
    shippingRates: new Map(),
    checkoutSessions: new Map(),
    paymentLinks: new Map(),
    invoiceItems: new Map(),
    invoices: new Map(),
    subscriptions: new Map(),
    issuingCards: new Map(),
    balance: new Map(),
    idempotencyKeys: new Map(),
  };
}

type StripeEffect = Omit<Effect, "vendor" | "livemode" | "idempotencyKey">;

/** One call to one route. */
export interface StripeCall {
  readonly account: Account;
  readonly params: FormObject;
  /** The id in the path; empty on routes without one. */
  readonly id: string;
  /** Unix seconds. */
  readonly now: number;
  record(effect: StripeEffect): void;
}

/** Answers with the wire object, or throws a `StripeError`. It must check everything before it changes anything. */
export type StripeHandler = (call: StripeCall) => object;

export function newId(prefix: string): string {
  return `${prefix}_${randomUUID().replaceAll("-", "").slice(0, 24)}`;
}

/** The object named in the path. */
export function find<Item>(items: ReadonlyMap<string, Item>, kind: string, id: string): Item {
  const item = items.get(id);
  if (item === undefined) throw noSuch(kind, id, kind === "payment_intent" ? "intent" : "id", 404);
  return item;
}

/** The id in `params[name]`, once it is known to name something. */
export function readReference(
  params: FormObject,
  name: string,
  items: ReadonlyMap<string, unknown>,
): string | undefined {
  const id = readString(params, name);
  if (id !== undefined && !items.has(id)) throw noSuch(name, id, name, 400);
  return id;
}

export function moveBalance(account: Account, currency: string, minor: number): void {
  account.balance.set(currency, (account.balance.get(currency) ?? 0) + minor);
}
