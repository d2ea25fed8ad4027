import { createKeybrake, type Keybrake } from "@keybrake/core";
import { createProxy } from "@keybrake/proxy";
import { type StripeSandbox, startStripeSandbox } from "@keybrake/sandbox";
import type { AppEnvironment } from "./runtimes.ts";

/** What the example runs against, all of it on this machine. */
export interface Services {
  stripe: StripeSandbox;
  keybrake: Keybrake;
  /** What the app needs to issue keys here. */
  environment: AppEnvironment;
  close(): Promise<void>;
}

const TOKEN = "kb_example_token";

/** Starts a fake Stripe, and a proxy in front of it. */
export async function startServices(): Promise<Services> {
  const stripe = await startStripeSandbox();
  const proxy = createProxy({
    listen: "127.0.0.1:0",
    tokens: [{ name: "example", token: TOKEN }],
    vendors: { stripe: { upstream: stripe.url, credential: stripe.secretKey } },
  });
  const { url } = await proxy.listen();
  return {
    stripe,
    keybrake: createKeybrake({ token: TOKEN, apiUrl: url }),
    environment: { KEYBRAKE_TOKEN: TOKEN, KEYBRAKE_API_URL: url },
    async close() {
      await proxy.close();
      await stripe.close();
    },
  };
}
