import { type Sandbox, type SandboxOptions, startSandboxServer } from "../sandbox-server.ts";
import { createStripeVendor } from "./stripe-vendor.ts";

export interface StripeSandboxOptions extends SandboxOptions {
  /** The one live key it accepts. Default `sk_live_sandbox`. */
  readonly secretKey?: string;
  /** The one test key it accepts; its objects have `livemode: false`. Default `sk_test_sandbox`. */
  readonly testSecretKey?: string;
}

/** A running Stripe emulator. */
export interface StripeSandbox extends Sandbox {
  readonly secretKey: string;
  readonly testSecretKey: string;
}

/**
 * Starts a Stripe emulator on its own port. It moves no money, and records in its own ledger the money it would
 * have moved.
 *
 * @example
 * const sandbox = await startStripeSandbox();
 * const stripe = new Stripe(sandbox.secretKey, { host: "127.0.0.1", port: sandbox.port, protocol: "http" });
 * await stripe.charges.create({ amount: 2000, currency: "usd", source: "tok_visa" });
 * sandbox.ledger().grossMinor; // { usd: 2000 }
 * await sandbox.close();
 */
export async function startStripeSandbox(options: StripeSandboxOptions = {}): Promise<StripeSandbox> {
  const { secretKey = "sk_live_sandbox", testSecretKey = "sk_test_sandbox" } = options;
  const sandbox = await startSandboxServer(options, (context) =>
    createStripeVendor({ ...context, secretKey, testSecretKey }),
  );
  return { ...sandbox, secretKey, testSecretKey };
}
