import type { RouteDefinition } from "../../define-vendor.ts";

/**
 * What can move money, or decide where it goes, for an amount that no request and no object tells. A key with a cap
 * needs `max_usd_per_call` for these.
 */
const UNPRICED_CALLS: Readonly<Record<string, readonly string[]>> = {
  "where an account's money goes: its bank accounts, payout schedule and powers": [
    "POST /v1/accounts",
    "POST /v1/accounts/*",
    "DELETE /v1/accounts/*",
    "POST /v1/balance_settings",
    "POST /v1/treasury/financial_accounts",
    "POST /v1/treasury/financial_accounts/*",
  ],
  "refunds, credit and discounts that are made of other objects": [
    "POST /v1/credit_notes",
    "POST /v1/credit_notes/*",
    "POST /v1/coupons",
    "POST /v1/promotion_codes",
    "POST /v1/product_catalog/trial_offers",
    "POST /v1/product_catalog/trial_offers/*",
  ],
  "disputes: evidence has a fee, and closing one concedes it": ["POST /v1/disputes/*"],
  "usage that the next invoice bills": [
    "POST /v1/billing/meter_events",
    "POST /v1/billing/meter_event_adjustments",
    "POST /v1/billing/meters",
    "POST /v1/billing/meters/*",
  ],
  "what customers are shown, charged and taxed by": [
    "POST /v1/billing/feedback_options",
    "POST /v1/billing/feedback_options/*",
    "POST /v1/billing_portal/configurations",
    "POST /v1/billing_portal/configurations/*",
    "POST /v1/invoice_rendering_templates/*",
    "POST /v1/payment_method_configurations",
    "POST /v1/payment_method_configurations/*",
    "POST /v1/shipping_rates/*",
    "POST /v1/tax/locations",
    "POST /v1/tax/registrations",
    "POST /v1/tax/registrations/*",
    "POST /v1/tax/settings",
    "POST /v1/terminal/configurations",
    "POST /v1/terminal/configurations/*",
    "DELETE /v1/terminal/configurations/*",
  ],
  "payments that are recorded as made elsewhere": ["POST /v1/payment_records/*"],
  "sources, which may be attached and charged": ["POST /v1/sources", "POST /v1/sources/*"],
  "services with a fee of their own": [
    "POST /v1/climate/orders",
    "POST /v1/climate/orders/*",
    "POST /v1/financial_connections/accounts/*",
    "POST /v1/financial_connections/sessions",
    "POST /v1/identity/verification_sessions",
    "POST /v1/identity/verification_sessions/*",
    "POST /v1/radar/payment_evaluations",
    "POST /v1/three_d_secure/authentications",
    "POST /v1/three_d_secure/authentications/*",
  ],
  "other programs and who is told of events": [
    "POST /v1/apps/installs",
    "POST /v1/apps/installs/*",
    "DELETE /v1/webhook_endpoints/*",
    "POST /v1/terminal/onboarding_links",
  ],
  "whatever simulates money in test mode": ["POST /v1/test_helpers/*", "DELETE /v1/test_helpers/*"],
};

export const UNPRICED_ROUTES: RouteDefinition[] = Object.values(UNPRICED_CALLS).map((match) => ({
  match: [...match],
  price: "unpriced",
}));
