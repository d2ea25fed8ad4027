import { parseAmount } from "./money.ts";
import { addTransaction, toTransaction } from "./order.ts";
import { type Payload, userError } from "./payload.ts";
import { checkCurrency } from "./refund-create.ts";
import type { MutationCall } from "./shop.ts";

export interface OrderCaptureArgs {
  readonly input: {
    readonly id: string;
    readonly parentTransactionId: string;
    readonly amount: unknown;
    readonly currency?: string | null;
    readonly finalCapture?: boolean | null;
  };
}

/** Takes what was held on the card, in one go or, until `finalCapture`, in several. */
export function orderCapture({ input }: OrderCaptureArgs, call: MutationCall): Payload {
  const { nowMs, shop } = call;
  const order = shop.orders.get(input.id);
  if (!order) return userError(["id"], "Order does not exist");
  const wrongCurrency = checkCurrency(shop, order, input.currency);
  if (wrongCurrency) return wrongCurrency;
  const parent = order.transactions.find(({ id }) => id === input.parentTransactionId);
  if (parent?.kind !== "AUTHORIZATION") {
    return userError(["parentTransactionId"], "Parent transaction must be an authorization of the order");
  }
  const minor = parseAmount(input.amount, order.currency);
  if (minor <= 0) return userError(["amount"], "Amount must be greater than zero");
  if (minor > order.authorizedMinor) {
    return userError(["amount"], "Amount can't be greater than what is left of the authorization");
  }

  order.authorizedMinor = input.finalCapture ? 0 : order.authorizedMinor - minor;
  order.receivedMinor += minor;
  const transaction = addTransaction(shop, order, "CAPTURE", minor, nowMs);
  call.record({
    objectId: transaction.id,
    kind: "order.captured",
    amountMinor: minor,
    currency: order.currency.toLowerCase(),
    metadata: { order: order.gid },
  });
  return { transaction: toTransaction(shop, order, transaction), userErrors: [] };
}
