import type { VendorDefinition } from "../../define-vendor.ts";
import { VendorSettingsError } from "../../vendor-settings-error.ts";
import { createGraphqlPricer } from "./price-graphql.ts";

/** What the operator says of the shop. */
export interface ShopSettings {
  /** `https://{shop}.myshopify.com` */
  upstream: string | undefined;
  /** The shop's own currency, for amounts that name none. */
  currency: string | undefined;
}

const GRAPHQL = [
  "/admin/api/graphql.json",
  "/admin/api/graphql",
  "/admin/api/*/graphql.json",
  "/admin/api/*/graphql",
];

/**
 * Shopify's Admin API, https://shopify.dev/docs/api/admin-graphql, in major units. REST is legacy: it reads for
 * free, and every write is unpriced.
 *
 * @throws {VendorSettingsError} without an upstream
 */
export function createShopify({ upstream, currency }: ShopSettings): VendorDefinition {
  if (upstream === undefined) {
    throw new VendorSettingsError(
      "vendors.shopify.upstream: missing; every shop has its own, https://{shop}.myshopify.com",
    );
  }
  return {
    name: "shopify",
    upstream,
    auth: { "X-Shopify-Access-Token": "{{secret}}" },
    tokenHeader: "x-shopify-access-token",
    // https://shopify.dev/docs/api/admin-graphql/latest#status-and-error-codes
    refusedStatuses: [400, 401, 402, 403, 404, 405, 406, 413, 414, 415, 422, 423, 429, 430],
    // Only what is sent to the GraphQL endpoint costs; the REST API is read for free.
    undeclaredReads: "free",
    graphqlType: "application/graphql",
    routes: [
      {
        match: GRAPHQL,
        body: "json",
        mayShowSecrets: true,
        price: createGraphqlPricer(currency),
        continues: true,
      },
      {
        match: [
          // In other letters than those that are read above.
          ...GRAPHQL,
          "/admin/oauth/*",
          "/admin/access_tokens/*",
          "/admin/api/*/access_tokens/*",
          "/admin/storefront_access_tokens.json",
          "/admin/storefront_access_tokens/*",
          "/admin/api/*/storefront_access_tokens.json",
          "/admin/api/*/storefront_access_tokens/*",
        ],
        price: "secret",
      },
    ],
  };
}
