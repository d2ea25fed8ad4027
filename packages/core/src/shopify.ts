/**
 * Shopify's Admin API client through a vault key.
 *
 * @module
 */
import type { VaultKey } from "./vault-key.ts";

/**
 * The access token and the transport of `createAdminApiClient`, for GraphQL and for REST: calls go to the proxy,
 * whatever the shop's domain, and a refused call is not repeated. Every published version of the client takes them. The GraphQL client returns refusals, as it does
 * Shopify's own errors, and throws none: look at `errors`.
 *
 * @example
 * const shop = { storeDomain: "acme.myshopify.com", apiVersion: "2026-10" };
 * const client = createAdminApiClient({ ...shop, ...shopifyOptions(key) });
 * const { data, errors } = await client.request("{ shop { name } }");
 * if (isCapExhausted(errors)) return res.status(402).json({ error: "spend_cap_exceeded" });
 */
export function shopifyOptions(key: VaultKey): {
  accessToken: string;
  customFetchApi: (url: string, init?: RequestInit) => Promise<Response>;
  retries: 0;
} {
  return { accessToken: key.token, customFetchApi: key.rawFetch, retries: 0 };
}
