/**
 * Shopify's Admin API client through a vault key.
 *
 * @module
 */
import { isRefusal } from "./errors.ts";
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
  const customFetchApi = async (url: string, init?: RequestInit): Promise<Response> => {
    const response = await key.rawFetch(url, init);
    return isRefusal(response) ? explain(response) : response;
  };
  return { accessToken: key.token, customFetchApi, retries: 0 };
}

/** The client shows nothing of a refusal but its status text, which would be a bare "Too Many Requests". */
async function explain(response: Response): Promise<Response> {
  const { status, headers } = response;
  const body = await response.text();
  return new Response(body, { status, headers, statusText: toStatusText(body, headers) });
}

/** A status text is one line of Latin-1. */
function toStatusText(body: string, headers: Headers): string {
  const code = headers.get("x-keybrake-code") ?? "";
  try {
    const { message } = JSON.parse(body) as { message?: unknown };
    return `${code}: ${String(message)}`.replace(/[^\x20-\x7e]+/g, " ");
  } catch {
    return code;
  }
}
