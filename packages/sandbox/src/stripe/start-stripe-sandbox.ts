import { type Sandbox, startSandboxServer } from "../sandbox-server.ts";
import { createStripeVendor } from "./stripe-vendor.ts";

export interface StripeSandboxOptions {
  /** Default 0: a free one. */
  readonly port?: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** The one live key it accepts. Default `sk_live_sandbox`. */
  readonly secretKey?: string;
  /** The one test key it accepts; objects made with it say `livemode: false`. Default `sk_test_sandbox`. */
  readonly testSecretKey?: string;
  /** How long every call takes before its work is done. Default 0. */
  readonly latencyMs?: number;
  /** The clock, in milliseconds since 1970. Default `Date.now`; idempotency keys live 24 hours by it. */
  readonly now?: () => number;
}

/** A running fake Stripe. */
export interface StripeSandbox extends Sandbox {
  readonly secretKey: string;
  readonly testSecretKey: string;
}

/**
 * Starts a fake Stripe on a port of its own. It moves no money, and keeps its own ledger of the money it
 * would have moved.
 *
 * @example
 * const sandbox = await startStripeSandbox();
 * const stripe = new Stripe(sandbox.secretKey, { host: "127.0.0.1", port: sandbox.port, protocol: "http" });
 * await stripe.charges.create({ amount: 2000, currency: "usd", source: "tok_visa" });
 * sandbox.ledger().grossMinor; // { usd: 2000 }
 * await sandbox.close();
 */
export async function startStripeSandbox(options: StripeSandboxOptions = {}): Promise<StripeSandbox> {
  const {
    port = 0,
    host = "127.0.0.1",
    secretKey = "sk_live_sandbox",
    testSecretKey = "sk_test_sandbox",
    latencyMs = 0,
    now = Date.now,
  } = options;
  const sandbox = await startSandboxServer({
    host,
    port,
    latencyMs,
    now,
    createVendor: (ledger) => createStripeVendor({ secretKey, testSecretKey, ledger, now }),
  });
  return { ...sandbox, secretKey, testSecretKey };
}
