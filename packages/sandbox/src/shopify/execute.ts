import { type ExecutionResult, graphqlSync } from "graphql";
import { delegateAccessTokenCreate } from "./access-tokens.ts";
import { discountCodeBasicCreate } from "./discounts.ts";
import {
  draftOrder,
  draftOrderCalculate,
  draftOrderComplete,
  draftOrderCreate,
  draftOrderInvoiceSend,
} from "./draft-orders.ts";
import { giftCardCreate } from "./gift-cards.ts";
import { orderCreateMandatePayment } from "./mandate-payment.ts";
import { oncePerKey } from "./once-per-key.ts";
import { orderCancel } from "./order-cancel.ts";
import { orderCapture } from "./order-capture.ts";
import { order, orders, shop } from "./queries.ts";
import { refundCreate } from "./refund-create.ts";
import { schema } from "./schema.ts";
import type { ShopifyCall } from "./shop.ts";
import { storeCreditAccountCredit, storeCreditAccountDebit } from "./store-credit.ts";

/** A GraphQL request, as its JSON has it. */
export interface GraphqlRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName: string | undefined;
}

const rootFields = {
  shop,
  order,
  orders,
  draftOrder,
  draftOrderCalculate,
  draftOrderCreate: oncePerKey(draftOrderCreate),
  draftOrderComplete: oncePerKey(draftOrderComplete),
  draftOrderInvoiceSend: oncePerKey(draftOrderInvoiceSend),
  discountCodeBasicCreate: oncePerKey(discountCodeBasicCreate),
  refundCreate: oncePerKey(refundCreate, { mandatory: true }),
  giftCardCreate: oncePerKey(giftCardCreate),
  orderCapture: oncePerKey(orderCapture),
  orderCancel: oncePerKey(orderCancel),
  orderCreateMandatePayment: oncePerKey(orderCreateMandatePayment),
  storeCreditAccountCredit: oncePerKey(storeCreditAccountCredit),
  storeCreditAccountDebit: oncePerKey(storeCreditAccountDebit),
  delegateAccessTokenCreate: oncePerKey(delegateAccessTokenCreate),
};

/**
 * Runs the one operation of a request by the rules of GraphQL: every alias is a call of its own, in the order
 * they stand in; fragments, variables, `@skip` and `@include` count. What fails to parse or to validate does nothing.
 */
export function execute(
  { query, variables, operationName }: GraphqlRequest,
  call: ShopifyCall,
): ExecutionResult {
  return graphqlSync({
    schema,
    source: query,
    rootValue: rootFields,
    contextValue: call,
    variableValues: variables,
    operationName: operationName ?? null,
  });
}
