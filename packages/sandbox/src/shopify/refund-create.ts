import { type MoneyInput, parseAmount, parseMoney } from "./money.ts";
import type { Order } from "./objects.ts";
import { addTransaction, leftToRefund, toMoneyBag, toOrder } from "./order.ts";
import { type Payload, userError } from "./payload.ts";
import type { MutationCall, Shop } from "./shop.ts";
import { addStoreCredit } from "./store-credit.ts";

export interface RefundCreateArgs {
  readonly input: {
    readonly orderId: string;
    readonly currency?: string | null;
    readonly note?: string | null;
    readonly allowOverRefunding?: boolean | null;
    readonly refundMethods?:
      | readonly { readonly storeCreditRefund?: { readonly amount: MoneyInput } | null }[]
      | null;
    readonly transactions?:
      | readonly { readonly amount: unknown; readonly kind: string; readonly orderId: string }[]
      | null;
  };
}

/** Refunds the amounts in its transactions and its store credit. Line items and shipping alone move no money. */
export function refundCreate({ input }: RefundCreateArgs, call: MutationCall): Payload {
  const { nowMs, shop } = call;
  const order = shop.orders.get(input.orderId);
  if (!order) return userError(["orderId"], "Order does not exist");
  const wrongCurrency = checkCurrency(shop, order, input.currency);
  if (wrongCurrency) return wrongCurrency;

  const transactions = input.transactions ?? [];
  if (transactions.some(({ kind, orderId }) => kind !== "REFUND" || orderId !== order.gid)) {
    return userError(["transactions"], "Transactions must be refunds of the order");
  }
  const credits = (input.refundMethods ?? []).flatMap(({ storeCreditRefund }) =>
    storeCreditRefund ? [parseMoney(storeCreditRefund.amount)] : [],
  );
  if (credits.some(({ currency }) => currency !== order.currency)) {
    return userError(["refundMethods"], "Store credit must be in the currency of the order");
  }
  const moneyMinor = transactions.map(({ amount }) => parseAmount(amount, order.currency));
  const creditMinor = credits.map(({ minor }) => minor);
  const amounts = [...moneyMinor, ...creditMinor];
  if (amounts.some((minor) => minor <= 0)) {
    return userError(["transactions"], "Refund amount must be greater than zero");
  }
  const amountMinor = sum(amounts);
  if (amountMinor > leftToRefund(order) && !input.allowOverRefunding) {
    return userError(null, "Refund amount can't be greater than what was received for the order");
  }

  const refundId = shop.newGid("Refund");
  for (const minor of moneyMinor) addTransaction(shop, order, "REFUND", minor, nowMs);
  if (creditMinor.length > 0)
    addStoreCredit(shop, `customer of ${order.gid}`, order.currency, sum(creditMinor));
  order.refundedMinor += amountMinor;
  call.record({
    objectId: refundId,
    kind: "refund.created",
    amountMinor,
    currency: order.currency.toLowerCase(),
    metadata: { order: order.gid },
  });
  const refund = {
    id: refundId,
    createdAt: new Date(nowMs).toISOString(),
    note: input.note ?? null,
    order: () => toOrder(shop, order),
    totalRefundedSet: toMoneyBag(shop, order, amountMinor),
  };
  return { order: () => toOrder(shop, order), refund, userErrors: [] };
}

/** An amount without a currency is the customer's: it has to be named where the shop's is another one. */
export function checkCurrency(
  shop: Shop,
  order: Order,
  currency: string | null | undefined,
): Payload | undefined {
  if (currency === null || currency === undefined) {
    return order.currency === shop.currency
      ? undefined
      : userError(["currency"], "Currency is required for a multi-currency order");
  }
  return currency === order.currency
    ? undefined
    : userError(["currency"], `Currency must be the presentment currency of the order (${order.currency})`);
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, minor) => total + minor, 0);
}
