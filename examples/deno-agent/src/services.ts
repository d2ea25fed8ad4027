import { createKeybrake, type Keybrake } from "@keybrake/core";
import { createProxy } from "@keybrake/proxy";
import { type StripeSandbox, startStripeSandbox } from "@keybrake/sandbox";
import { startDeno } from "../../../tooling/runtimes.ts";

/** What the example runs, all of it on this machine. */
export interface Services {
  stripe: StripeSandbox;
  proxyUrl: string;
  client: Keybrake;
  /** Where the agent's backend is. */
  backendUrl: string;
  close(): Promise<void>;
}

const TOKEN = "kb_example_token";

/** Starts a fake Stripe, a proxy in front of it, and the backend in Deno, which may reach this machine only. */
export async function startServices(): Promise<Services> {
  const stripe = await startStripeSandbox();
  const proxy = createProxy({
    listen: "127.0.0.1:0",
    tokens: [{ name: "example", token: TOKEN }],
    vendors: { stripe: { upstream: stripe.url, credential: stripe.secretKey } },
  });
  const { url: proxyUrl } = await proxy.listen();
  const environment = {
    KEYBRAKE_TOKEN: TOKEN,
    KEYBRAKE_API_URL: proxyUrl,
    KEYBRAKE_PROXY_URL: proxyUrl,
    KV_PATH: ":memory:",
    PORT: "0",
  };
  const backend = await startDeno(new URL("./main.ts", import.meta.url), environment, [
    "--unstable-kv",
    // From a fresh clone, the packages are their sources.
    "--conditions=keybrake-source",
  ]);
  return {
    stripe,
    proxyUrl,
    client: createKeybrake({ token: TOKEN, apiUrl: proxyUrl }),
    backendUrl: backend.url,
    async close() {
      await backend.stop();
      await proxy.close();
      await stripe.close();
    },
  };
}
