import { type MoneyInput, parseMoney } from "./money.ts";
import { addTransaction, outstandingMinor } from "./order.ts";
import { type Payload, userError } from "./payload.ts";
import type { MutationCall } from "./shop.ts";

export interface MandatePaymentArgs {
  readonly id: string;
  readonly amount?: MoneyInput | null;
}

const code = "ORDER_MANDATE_PAYMENT_ERROR_CODE";

/** Charges the customer's saved card: what is asked for, or all that is owed. */
export function orderCreateMandatePayment({ id, amount }: MandatePaymentArgs, call: MutationCall): Payload {
  const { nowMs, shop } = call;
  const order = shop.orders.get(id);
  if (!order) return userError(["id"], "Order does not exist", code);
  const owed = outstandingMinor(order);
  const wanted = amount ? parseMoney(amount) : { minor: owed, currency: order.currency };
  if (wanted.currency !== order.currency) return userError(["amount"], "Wrong currency", code);
  if (wanted.minor <= 0 || wanted.minor > owed) {
    return userError(["amount"], "Amount must be greater than zero, and no more than what is owed", code);
  }

  order.receivedMinor += wanted.minor;
  const transaction = addTransaction(shop, order, "SALE", wanted.minor, nowMs);
  call.record({
    objectId: transaction.id,
    kind: "order.charged",
    amountMinor: wanted.minor,
    currency: order.currency.toLowerCase(),
    metadata: { order: order.gid },
  });
  return { job: { id: shop.newGid("Job"), done: true }, paymentReferenceId: transaction.id, userErrors: [] };
}
