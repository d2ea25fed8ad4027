import { createRoutes, type FoundRoute } from "../find-route.ts";
import type { StripeHandler } from "./account.ts";
import { retrieveBalance } from "./balance.ts";
import { captureOneCharge, createCharge, listCharges, retrieveCharge } from "./charges.ts";
import {
  createCustomer,
  deleteCustomer,
  listCustomers,
  retrieveCustomer,
  updateCustomer,
} from "./customers.ts";
import { unrecognizedUrl } from "./errors.ts";
import {
  cancelPaymentIntent,
  capturePaymentIntent,
  confirmPaymentIntent,
  incrementAuthorization,
} from "./payment-intent-steps.ts";
import {
  createPaymentIntent,
  listPaymentIntents,
  retrievePaymentIntent,
  updatePaymentIntent,
} from "./payment-intents.ts";
import { createRefund, listRefunds, retrieveRefund } from "./refunds.ts";

const routes = createRoutes<StripeHandler>([
  ["GET /v1/balance", retrieveBalance],
  ["POST /v1/payment_intents", createPaymentIntent],
  ["GET /v1/payment_intents", listPaymentIntents],
  ["GET /v1/payment_intents/:id", retrievePaymentIntent],
  ["POST /v1/payment_intents/:id", updatePaymentIntent],
  ["POST /v1/payment_intents/:id/confirm", confirmPaymentIntent],
  ["POST /v1/payment_intents/:id/capture", capturePaymentIntent],
  ["POST /v1/payment_intents/:id/increment_authorization", incrementAuthorization],
  ["POST /v1/payment_intents/:id/cancel", cancelPaymentIntent],
  ["POST /v1/charges", createCharge],
  ["GET /v1/charges", listCharges],
  ["GET /v1/charges/:id", retrieveCharge],
  ["POST /v1/charges/:id/capture", captureOneCharge],
  ["POST /v1/refunds", createRefund],
  ["GET /v1/refunds", listRefunds],
  ["GET /v1/refunds/:id", retrieveRefund],
  ["POST /v1/customers", createCustomer],
  ["GET /v1/customers", listCustomers],
  ["GET /v1/customers/:id", retrieveCustomer],
  ["POST /v1/customers/:id", updateCustomer],
  ["DELETE /v1/customers/:id", deleteCustomer],
]);

export function findRoute(method: string, path: string): FoundRoute<StripeHandler> {
  const found = routes.find(method, path);
  if (!found) throw unrecognizedUrl(method, path);
  return found;
}
