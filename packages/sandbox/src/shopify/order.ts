import { type MoneyBag, parseAmount, toMoneyV2 } from "./money.ts";
import type { Order, Transaction } from "./objects.ts";
import type { Shop } from "./shop.ts";

/** An order to start with. */
export interface ShopifyOrderSeed {
  /** `1001` is `gid://shopify/Order/1001`. */
  readonly id: number;
  /** The whole order, in the customer's currency: `"100.00"`. */
  readonly amount: string;
  /** The customer's currency (presentment). Default: the shop's. */
  readonly currencyCode?: string;
  /** The whole order in the shop's currency. Default: the same figure. */
  readonly shopAmount?: string;
  /** How far its payment has come: nothing yet, an amount held on a card, or all of it taken. Default `paid`. */
  readonly payment?: "pending" | "authorized" | "paid";
}

export function createOrder(shop: Shop, seed: ShopifyOrderSeed, createdAtMs: number): Order {
  const { id, amount, currencyCode: currency = shop.currency, shopAmount = amount, payment = "paid" } = seed;
  const totalMinor = parseAmount(amount, currency);
  const order: Order = {
    gid: `gid://shopify/Order/${id}`,
    name: `#${id}`,
    currency,
    totalMinor,
    shopTotalMinor: parseAmount(shopAmount, shop.currency),
    createdAtMs,
    cancelledAtMs: undefined,
    authorizedMinor: payment === "authorized" ? totalMinor : 0,
    receivedMinor: payment === "paid" ? totalMinor : 0,
    refundedMinor: 0,
    transactions: [],
  };
  if (payment !== "pending") {
    addTransaction(shop, order, payment === "paid" ? "SALE" : "AUTHORIZATION", totalMinor, createdAtMs);
  }
  return order;
}

export function addTransaction(
  shop: Shop,
  order: Order,
  kind: Transaction["kind"],
  minor: number,
  createdAtMs: number,
): Transaction {
  const transaction = { id: shop.newGid("OrderTransaction"), kind, minor, createdAtMs };
  order.transactions.push(transaction);
  return transaction;
}

/** What can still be given back. */
export function leftToRefund(order: Order): number {
  return Math.max(0, order.receivedMinor - order.refundedMinor);
}

/** What the customer still owes. */
export function outstandingMinor(order: Order): number {
  return order.cancelledAtMs === undefined
    ? Math.max(0, order.totalMinor - order.receivedMinor - order.authorizedMinor)
    : 0;
}

/** An amount in the customer's currency, and in the shop's at the rate of the order. */
export function toMoneyBag(shop: Shop, order: Order, minor: number): MoneyBag {
  const rate = order.totalMinor === 0 ? 1 : order.shopTotalMinor / order.totalMinor;
  return {
    presentmentMoney: toMoneyV2({ minor, currency: order.currency }),
    shopMoney: toMoneyV2({ minor: Math.round(minor * rate), currency: shop.currency }),
  };
}

/** `Order`, as the schema has it. */
export function toOrder(shop: Shop, order: Order): object {
  const bag = (minor: number) => toMoneyBag(shop, order, minor);
  return {
    id: order.gid,
    name: order.name,
    createdAt: new Date(order.createdAtMs).toISOString(),
    cancelledAt: order.cancelledAtMs === undefined ? null : new Date(order.cancelledAtMs).toISOString(),
    capturable: order.authorizedMinor > 0,
    refundable: leftToRefund(order) > 0,
    currencyCode: shop.currency,
    presentmentCurrencyCode: order.currency,
    displayFinancialStatus: statusOf(order),
    totalPriceSet: bag(order.totalMinor),
    totalCapturableSet: bag(order.authorizedMinor),
    totalOutstandingSet: bag(outstandingMinor(order)),
    totalReceivedSet: bag(order.receivedMinor),
    totalRefundedSet: bag(order.refundedMinor),
    transactions: ({ first }: { readonly first?: number | null }) =>
      order.transactions
        .slice(0, first ?? undefined)
        .map((transaction) => toTransaction(shop, order, transaction)),
  };
}

export function toTransaction(shop: Shop, order: Order, transaction: Transaction): object {
  return {
    id: transaction.id,
    kind: transaction.kind,
    status: "SUCCESS",
    createdAt: new Date(transaction.createdAtMs).toISOString(),
    gateway: "bogus",
    amountSet: toMoneyBag(shop, order, transaction.minor),
  };
}

function statusOf(order: Order): string {
  if (order.refundedMinor > 0) return leftToRefund(order) > 0 ? "PARTIALLY_REFUNDED" : "REFUNDED";
  if (order.receivedMinor >= order.totalMinor) return "PAID";
  if (order.receivedMinor > 0) return "PARTIALLY_PAID";
  if (order.authorizedMinor > 0) return "AUTHORIZED";
  return order.cancelledAtMs === undefined ? "PENDING" : "VOIDED";
}
