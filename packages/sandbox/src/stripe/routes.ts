import { createRoutes, type FoundRoute } from "../find-route.ts";
import type { StripeHandler } from "./account.ts";
import { retrieveBalance } from "./balance.ts";
import { captureOneCharge, createCharge, listCharges, retrieveCharge } from "./charges.ts";
import {
  createCheckoutSession,
  expireCheckoutSession,
  retrieveCheckoutSession,
} from "./checkout-sessions.ts";
import {
  createCustomer,
  deleteCustomer,
  listCustomers,
  retrieveCustomer,
  updateCustomer,
} from "./customers.ts";
import { unrecognizedUrl } from "./errors.ts";
import { createInvoiceItem, deleteInvoiceItem, retrieveInvoiceItem } from "./invoice-items.ts";
import {
  createInvoice,
  finalizeInvoice,
  payInvoice,
  previewInvoice,
  retrieveInvoice,
  sendInvoice,
  voidInvoice,
} from "./invoices.ts";
import { createIssuingCard, retrieveIssuingCard, updateIssuingCard } from "./issuing-cards.ts";
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
import { createPaymentLink, retrievePaymentLink, updatePaymentLink } from "./payment-links.ts";
import { createPrice, listPrices, retrievePrice } from "./prices.ts";
import { createRefund, listRefunds, retrieveRefund } from "./refunds.ts";
import { createShippingRate, retrieveShippingRate } from "./shipping-rates.ts";
import {
  cancelSubscription,
  createSubscription,
  retrieveSubscription,
  updateSubscription,
} from "./subscriptions.ts";

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
  ["POST /v1/prices", createPrice],
  ["GET /v1/prices", listPrices],
  ["GET /v1/prices/:id", retrievePrice],
  ["POST /v1/shipping_rates", createShippingRate],
  ["GET /v1/shipping_rates/:id", retrieveShippingRate],
  ["POST /v1/checkout/sessions", createCheckoutSession],
  ["GET /v1/checkout/sessions/:id", retrieveCheckoutSession],
  ["POST /v1/checkout/sessions/:id/expire", expireCheckoutSession],
  ["POST /v1/payment_links", createPaymentLink],
  ["GET /v1/payment_links/:id", retrievePaymentLink],
  ["POST /v1/payment_links/:id", updatePaymentLink],
  ["POST /v1/invoiceitems", createInvoiceItem],
  ["GET /v1/invoiceitems/:id", retrieveInvoiceItem],
  ["DELETE /v1/invoiceitems/:id", deleteInvoiceItem],
  ["POST /v1/invoices", createInvoice],
  ["POST /v1/invoices/create_preview", previewInvoice],
  ["GET /v1/invoices/:id", retrieveInvoice],
  ["POST /v1/invoices/:id/finalize", finalizeInvoice],
  ["POST /v1/invoices/:id/send", sendInvoice],
  ["POST /v1/invoices/:id/pay", payInvoice],
  ["POST /v1/invoices/:id/void", voidInvoice],
  ["POST /v1/subscriptions", createSubscription],
  ["GET /v1/subscriptions/:id", retrieveSubscription],
  ["POST /v1/subscriptions/:id", updateSubscription],
  ["DELETE /v1/subscriptions/:id", cancelSubscription],
  ["POST /v1/issuing/cards", createIssuingCard],
  ["GET /v1/issuing/cards/:id", retrieveIssuingCard],
  ["POST /v1/issuing/cards/:id", updateIssuingCard],
]);

export function findRoute(method: string, path: string): FoundRoute<StripeHandler> {
  const found = routes.find(method, path);
  if (!found) throw unrecognizedUrl(method, path);
  return found;
}
