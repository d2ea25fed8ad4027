/**
 * The real proxy, in memory and on a free port, for the suites of adapters: `KeybrakeUnderTest` of
 * `@keybrake/testing/adapter-cases` over real HTTP.
 *
 * @example
 * const sandbox = await startStripeSandbox();
 * const reference = await startReferenceProxy(sandbox);
 * it.each(casesFor(host))("$name", ({ run }) => run(host, reference.keybrake));
 * // afterwards: await reference.close(); await sandbox.close();
 *
 * @module
 */
import { createProxy } from "./create-proxy.ts";

/** The vendor behind the proxy: a sandbox of `@keybrake/sandbox`, or whatever answers like Stripe. */
export interface ReferenceVendor {
  url: string;
  secretKey: string;
}

/** A running reference proxy. */
export interface ReferenceProxy {
  /** What a suite of adapters runs against. */
  keybrake: {
    name: string;
    options: { apiUrl: string; proxyUrl: string; token: string };
    /** A call that the vendor answers with 2xx, and that costs exactly `usd`. */
    spendingCall: { vendor: string; path: string; init: RequestInit; usd: number };
  };
  close(): Promise<void>;
}

const TOKEN = "kb_reference_token";

/** Starts a proxy of one tenant with Stripe behind it. */
export async function startReferenceProxy({ url, secretKey }: ReferenceVendor): Promise<ReferenceProxy> {
  const proxy = createProxy(
    {
      listen: "127.0.0.1:0",
      tokens: [{ name: "reference", token: TOKEN }],
      vendors: { stripe: { upstream: url, credential: secretKey } },
    },
    { environment: {} },
  );
  const { url: origin } = await proxy.listen();
  return {
    keybrake: {
      name: "the real proxy",
      options: { apiUrl: origin, proxyUrl: origin, token: TOKEN },
      spendingCall: {
        vendor: "stripe",
        path: "/v1/payment_intents",
        init: { method: "POST", body: new URLSearchParams({ amount: "2000", currency: "usd" }) },
        usd: 20,
      },
    },
    close: () => proxy.close({ graceMs: 1000 }),
  };
}
