/**
 * The Stripe SDK through a vault key.
 *
 * @module
 */
import { unusableSdk } from "./unusable-sdk.ts";
import type { VaultKey } from "./vault-key.ts";

/** The part of the `Stripe` class this needs, so that core needs no Stripe. */
interface StripeClass<HttpClient> {
  createFetchHttpClient(fetch: typeof globalThis.fetch): HttpClient;
}

/**
 * Options that send a `Stripe` client's calls through the proxy. stripe-node has no base path, so its HTTP
 * client is replaced; retries, time-outs and errors stay Stripe's own.
 *
 * @throws {TypeError} when the installed version of the SDK has no fetch client
 * @example
 * const stripe = new Stripe(key.token, stripeOptions(key, Stripe));
 * await stripe.paymentIntents.create({ amount: 2000, currency: "usd" });
 */
export function stripeOptions<HttpClient>(
  key: VaultKey,
  Stripe: StripeClass<HttpClient>,
): { httpClient: HttpClient; telemetry: false } {
  if (typeof Stripe.createFetchHttpClient !== "function")
    throw unusableSdk("stripe", "createFetchHttpClient");
  return { httpClient: Stripe.createFetchHttpClient(key.rawFetch), telemetry: false };
}
