import type { VendorDefinition } from "../../define-vendor.ts";
import { CHARGE_ROUTES } from "./charges.ts";
import { CHECKOUT_ROUTES } from "./checkout-sessions.ts";
import { CUSTOMER_ROUTES } from "./customers.ts";
import { FREE_ROUTES } from "./free-routes.ts";
import { INVOICE_ITEM_ROUTES } from "./invoice-items.ts";
import { INVOICE_ROUTES } from "./invoices.ts";
import { ISSUING_CARD_ROUTES } from "./issuing-cards.ts";
import { MOVEMENT_ROUTES } from "./movements.ts";
import { PAYMENT_INTENT_ROUTES } from "./payment-intents.ts";
import { PAYMENT_LINK_ROUTES } from "./payment-links.ts";
import { READ_ROUTES } from "./read-routes.ts";
import { REFUND_ROUTES } from "./refunds.ts";
import { readResponseCost } from "./response-costs.ts";
import { SECRET_QUERY, SECRET_ROUTES } from "./secret-routes.ts";
import { CATALOGUE_ROUTES, SUBSCRIPTION_ROUTES } from "./subscriptions.ts";
import { TERMINAL_ROUTES } from "./terminal.ts";
import { UNPRICED_ROUTES } from "./unpriced-routes.ts";
import { V2_ROUTES } from "./v2.ts";

/** Stripe's API. Prices follow https://docs.stripe.com/api; amounts are the currency's smallest unit. */
export const stripe: VendorDefinition = {
  name: "stripe",
  upstream: "https://api.stripe.com",
  upstreams: {
    files: "https://files.stripe.com",
    connect: "https://connect.stripe.com",
    meter_events: "https://meter-events.stripe.com",
  },
  auth: { authorization: "Bearer {{secret}}" },
  accountHeaders: ["stripe-account", "stripe-context"],
  // https://docs.stripe.com/api/idempotent_requests
  idempotency: {
    header: "idempotency-key",
    isReplay: (headers) => headers["idempotent-replayed"] === "true",
  },
  jsonToForm: true,
  undeclaredReads: "free",
  refusedStatuses: [400, 401, 402, 403, 404, 405, 413, 415, 422, 429],
  secretQuery: SECRET_QUERY,
  readCost: readResponseCost,
  // The first that matches decides, so what is free comes last.
  routes: [
    ...ISSUING_CARD_ROUTES,
    ...SECRET_ROUTES,
    ...PAYMENT_INTENT_ROUTES,
    ...CHARGE_ROUTES,
    ...REFUND_ROUTES,
    ...MOVEMENT_ROUTES,
    ...INVOICE_ROUTES,
    ...INVOICE_ITEM_ROUTES,
    ...SUBSCRIPTION_ROUTES,
    ...CHECKOUT_ROUTES,
    ...PAYMENT_LINK_ROUTES,
    ...CUSTOMER_ROUTES,
    ...CATALOGUE_ROUTES,
    ...TERMINAL_ROUTES,
    ...V2_ROUTES,
    ...READ_ROUTES,
    ...FREE_ROUTES,
    ...UNPRICED_ROUTES,
  ],
};
