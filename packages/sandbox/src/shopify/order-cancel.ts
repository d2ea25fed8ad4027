import { addTransaction, leftToRefund } from "./order.ts";
import { type Payload, userError } from "./payload.ts";
import type { MutationCall } from "./shop.ts";
import { addStoreCredit } from "./store-credit.ts";

export interface OrderCancelArgs {
  readonly orderId: string;
  readonly refund?: boolean | null;
  readonly refundMethod?: {
    readonly originalPaymentMethodsRefund?: boolean | null;
    readonly storeCreditRefund?: object | null;
  } | null;
}

/** Cancels at once, and refunds the whole order if asked to. The request doesn't say how much that is. */
export function orderCancel({ orderId, refund, refundMethod }: OrderCancelArgs, call: MutationCall): Payload {
  const { nowMs, shop } = call;
  const order = shop.orders.get(orderId);
  if (!order) return userError(["orderId"], "Order does not exist", "NOT_FOUND");
  if (order.cancelledAtMs !== undefined) {
    return userError(["orderId"], "Order has already been cancelled", "INVALID");
  }

  const jobId = shop.newGid("Job");
  const toStoreCredit = Boolean(refundMethod?.storeCreditRefund);
  const refunds = toStoreCredit || Boolean(refundMethod?.originalPaymentMethodsRefund ?? refund);
  const amountMinor = refunds ? leftToRefund(order) : 0;
  if (order.authorizedMinor > 0) addTransaction(shop, order, "VOID", order.authorizedMinor, nowMs);
  if (toStoreCredit) addStoreCredit(shop, `customer of ${order.gid}`, order.currency, amountMinor);
  else if (amountMinor > 0) addTransaction(shop, order, "REFUND", amountMinor, nowMs);
  order.cancelledAtMs = nowMs;
  order.authorizedMinor = 0;
  order.refundedMinor += amountMinor;
  call.record({
    // Of its own, so that the ledger counts it besides what was moved on the order before.
    objectId: jobId,
    kind: "order.cancelled",
    amountMinor,
    currency: order.currency.toLowerCase(),
    metadata: { order: order.gid },
  });
  return { job: { id: jobId, done: true }, orderCancelUserErrors: [], userErrors: [] };
}
