import { randomBytes } from "node:crypto";
import { createProxy } from "@keybrake/proxy";
import { startStripeSandbox } from "@keybrake/sandbox";

/** A fake Stripe, and a proxy that alone holds its key. */
export interface Services {
  /** For the environment of the app. */
  environment: { KEYBRAKE_TOKEN: string; KEYBRAKE_API_URL: string; KEYBRAKE_PROXY_URL: string };
  /** What Stripe itself says was charged. */
  chargedCents(): number;
  stop(): Promise<void>;
}

export async function startServices(): Promise<Services> {
  const token = `kb_example_${randomBytes(16).toString("hex")}`;
  const sandbox = await startStripeSandbox();
  const proxy = createProxy({
    listen: "127.0.0.1:0",
    tokens: [{ name: "nest-agent", token }],
    vendors: { stripe: { upstream: sandbox.url, credential: sandbox.secretKey } },
  });
  const { url } = await proxy.listen();
  return {
    environment: { KEYBRAKE_TOKEN: token, KEYBRAKE_API_URL: url, KEYBRAKE_PROXY_URL: url },
    chargedCents: () => sandbox.ledger().grossMinor.usd ?? 0,
    async stop() {
      await proxy.close();
      await sandbox.close();
    },
  };
}
