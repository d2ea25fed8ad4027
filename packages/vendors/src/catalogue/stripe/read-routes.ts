import type { RouteDefinition } from "../../define-vendor.ts";

/** What is read below each part of the API. Reading costs nothing; queries that show a secret are closed elsewhere. */
const RESOURCES: Readonly<Record<string, string>> = {
  "/v1":
    "account accounts application_fees balance balance_settings balance_transactions charges confirmation_tokens " +
    "country_specs coupons credit_notes customers disputes events exchange_rates file_links files invoice_payments " +
    "invoice_rendering_templates invoiceitems invoices mandates payment_attempt_records payment_intents payment_links " +
    "payment_method_configurations payment_method_domains payment_methods payment_records payouts plans prices products " +
    "promotion_codes quotes refunds reviews setup_attempts setup_intents shipping_rates sources subscription_items " +
    "subscription_schedules subscriptions tax_codes tax_ids tax_rates tokens topups transfers webhook_endpoints",
  "/v1/apple_pay": "domains",
  "/v1/apps": "installs",
  "/v1/billing":
    "alerts credit_balance_summary credit_balance_transactions credit_grants feedback_options meters",
  "/v1/billing_portal": "configurations",
  "/v1/checkout": "sessions",
  "/v1/climate": "orders products suppliers",
  "/v1/entitlements": "active_entitlements features",
  "/v1/financial_connections": "accounts sessions transactions",
  "/v1/identity": "verification_reports verification_sessions",
  "/v1/issuing":
    "authorizations cardholders cards disputes personalization_designs physical_bundles tokens transactions",
  "/v1/product_catalog": "trial_offers",
  "/v1/radar": "early_fraud_warnings value_list_items value_lists",
  "/v1/reporting": "report_runs report_types",
  "/v1/sigma": "scheduled_query_runs",
  "/v1/tax": "associations calculations locations registrations settings transactions",
  "/v1/terminal": "configurations locations readers",
  "/v1/test_helpers": "test_clocks",
  "/v1/three_d_secure": "authentications",
  "/v1/treasury":
    "credit_reversals debit_reversals financial_accounts inbound_transfers outbound_payments outbound_transfers " +
    "received_credits received_debits transaction_entries transactions",
  "/v2/commerce": "product_catalog",
  "/v2/core": "account_tokens accounts event_destinations events vault",
  "/v2/money_management":
    "adjustments financial_accounts financial_addresses inbound_transfers outbound_payments outbound_setup_intents " +
    "payout_intents payout_methods payout_methods_bank_account_spec received_credits recipient_verifications " +
    "transaction_entries transactions",
};

export const READ_ROUTES: RouteDefinition[] = [
  { match: ["GET /v1/files/*/contents", "GET /v1/quotes/*/pdf"], price: "free", upstream: "files" },
  {
    match: Object.entries(RESOURCES).flatMap(([parent, names]) =>
      names.split(" ").flatMap((name) => [`GET ${parent}/${name}`, `GET ${parent}/${name}/*`]),
    ),
    price: "free",
  },
];
