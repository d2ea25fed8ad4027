import type { RouteDefinition } from "../../define-vendor.ts";

/** Resources whose records are kept without money: made, changed, deleted. */
const RECORDS = [
  "/v1/entitlements/features",
  "/v1/file_links",
  "/v1/products",
  "/v1/tax_rates",
  "/v1/terminal/locations",
  "/v1/terminal/readers",
];

/** Calls that move no money, whatever they say. A pattern that ends in `*` stands for that one segment only. */
const CALLS = [
  // Records of a customer or an account
  "DELETE /v1/apple_pay/domains/*",
  "POST /v1/apple_pay/domains",
  "POST /v1/payment_method_domains",
  "POST /v1/payment_method_domains/*",
  "POST /v1/payment_method_domains/*/validate",
  "POST /v1/tax_ids",
  "DELETE /v1/tax_ids/*",
  // What is paid with: kept, not used. A source is another matter: see customers and what has no price.
  "POST /v1/tokens",
  "POST /v1/payment_methods",
  "POST /v1/payment_methods/*",
  "POST /v1/payment_methods/*/attach",
  "POST /v1/payment_methods/*/detach",
  "POST /v1/setup_intents",
  "POST /v1/setup_intents/*",
  "POST /v1/setup_intents/*/cancel",
  "POST /v1/setup_intents/*/confirm",
  "POST /v1/setup_intents/*/verify_microdeposits",
  "POST /v1/test_helpers/confirmation_tokens",
  "DELETE /v1/ephemeral_keys/*",
  // Notes on what has been moved, and ends to what has not been moved yet
  "POST /v1/application_fees/*/refunds/*",
  "POST /v1/charges/*",
  "POST /v1/climate/orders/*/cancel",
  "POST /v1/payouts/*",
  "POST /v1/payouts/*/cancel",
  "POST /v1/refunds/*",
  "POST /v1/refunds/*/cancel",
  "POST /v1/reviews/*/approve",
  "POST /v1/topups/*",
  "POST /v1/topups/*/cancel",
  "POST /v1/transfers/*",
  "POST /v1/transfers/*/reversals/*",
  "POST /v1/treasury/inbound_transfers/*/cancel",
  "POST /v1/treasury/outbound_payments/*/cancel",
  "POST /v1/treasury/outbound_transfers/*/cancel",
  // The catalogue. Prices that something runs on are changed elsewhere.
  "POST /v1/plans",
  "POST /v1/shipping_rates",
  "DELETE /v1/plans/*",
  "POST /v1/prices",
  "DELETE /v1/products/*",
  "POST /v1/products/*/features",
  "DELETE /v1/products/*/features/*",
  "DELETE /v1/coupons/*",
  // Offers to a customer, until they are accepted
  "POST /v1/quotes",
  "POST /v1/quotes/*",
  "POST /v1/quotes/*/cancel",
  "POST /v1/quotes/*/finalize",
  // Calculations, reports, alarms, lists of the fraud rules
  "POST /v1/tax/calculations",
  "POST /v1/tax/transactions/create_from_calculation",
  "POST /v1/tax/transactions/create_reversal",
  "POST /v1/reporting/report_runs",
  "POST /v1/billing/alerts",
  "POST /v1/billing/alerts/*/activate",
  "POST /v1/billing/alerts/*/archive",
  "POST /v1/billing/alerts/*/deactivate",
  "POST /v1/radar/value_lists",
  "POST /v1/radar/value_lists/*",
  "DELETE /v1/radar/value_lists/*",
  "POST /v1/radar/value_list_items",
  "DELETE /v1/radar/value_list_items/*",
  "POST /v1/identity/verification_sessions/*/cancel",
  "POST /v1/identity/verification_sessions/*/redact",
  "POST /v1/financial_connections/accounts/*/disconnect",
  "POST /v1/financial_connections/accounts/*/unsubscribe",
  // Readers in a shop, as long as they take no payment
  "DELETE /v1/terminal/locations/*",
  "DELETE /v1/terminal/readers/*",
  "POST /v1/terminal/readers/*/cancel_action",
  "POST /v1/terminal/readers/*/collect_inputs",
  "POST /v1/terminal/readers/*/process_setup_intent",
  "POST /v1/terminal/readers/*/set_reader_display",
  ...RECORDS.flatMap((path) => [`POST ${path}`, `POST ${path}/*`]),
];

const PREFIXES = CALLS.filter((pattern) => pattern.endsWith("/*"));
const DEPTHS = [...new Set(PREFIXES.map(getDepth))].sort((a, b) => b - a);

/** They come last, the deepest first: what is below a free path, and has not been named, is not free. */
export const FREE_ROUTES: RouteDefinition[] = [
  { match: ["POST /v1/files"], price: "free", upstream: "files" },
  { match: CALLS.filter((pattern) => !pattern.endsWith("/*")), price: "free" },
  ...DEPTHS.map((depth) => PREFIXES.filter((pattern) => getDepth(pattern) === depth)).flatMap(
    (patterns): RouteDefinition[] => [
      { match: patterns.map((pattern) => `${pattern}/*`), price: "unpriced" },
      { match: patterns, price: "free" },
    ],
  ),
];

function getDepth(pattern: string): number {
  return pattern.split("/").length;
}
