import type { RouteDefinition } from "../../define-vendor.ts";

/** Endpoints whose answer lets its holder act without the proxy, or that send card data to somebody else. */
export const SECRET_ROUTES: RouteDefinition[] = [
  { match: ["/oauth/*"], price: "secret", upstream: "connect" },
  {
    match: [
      // Keys, and the secrets that webhooks are signed with.
      "POST /v1/ephemeral_keys",
      "POST /v1/webhook_endpoints",
      "POST /v1/webhook_endpoints/*",
      "POST /v2/core/event_destinations",
      "POST /v2/core/event_destinations/*",
      "POST /v1/terminal/connection_tokens",
      "POST /v2/billing/meter_event_session",
      "/v1/apps/secrets",
      "/v1/apps/secrets/*",
      // Sessions and links in which somebody changes where the money of an account or a customer goes.
      "POST /v1/account_sessions",
      "POST /v1/account_links",
      "POST /v2/core/account_links",
      "POST /v1/accounts/*/login_links",
      "POST /v1/billing_portal/sessions",
      "POST /v1/customer_sessions",
      "/v1/forwarding/*",
      // A card's number and code can be asked for with expand[], here in the body and else in the query.
      "POST /v1/issuing/*",
      "POST /v1/test_helpers/issuing/*",
    ],
    price: "secret",
  },
];

/**
 * Query parameters that make any endpoint show a secret: `GET /v1/issuing/cards/{id}?expand[]=number` a whole card
 * number, `expand[]=financial_addresses.aba.account_number` one that can be debited, `include=` the same in v2.
 */
export const SECRET_QUERY =
  /(?:expand|include)[^=]*=[^&]*(?:\b|_)(?:number|cvc|signing_secret|credentials|secret)\b/i;
