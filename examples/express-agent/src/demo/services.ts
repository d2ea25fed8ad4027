import { createProxy } from "@keybrake/proxy";
import { startStripeSandbox } from "@keybrake/sandbox";

/** The order to the services. `stripeTestKey` is null for the Stripe emulator. */
export interface ServicesOrder {
  keybrakeToken: string;
  stripeTestKey: string | null;
}

/** Where the services listen. `stripe` is the vendor itself: what an agent without Keybrake uses. */
export interface ServicesReady {
  proxyUrl: string;
  stripe: { url: string; secretKey: string };
}

// The proxy and the vendor run in their own process: the parent sends one order and receives one response.
process.once("message", async ({ keybrakeToken, stripeTestKey }: ServicesOrder) => {
  const sandbox = stripeTestKey === null ? await startStripeSandbox() : null;
  const stripe = {
    url: sandbox?.url ?? "https://api.stripe.com",
    secretKey: sandbox?.secretKey ?? stripeTestKey ?? "",
  };
  const proxy = createProxy({
    listen: "127.0.0.1:0",
    tokens: [{ name: "demo", token: keybrakeToken }],
    vendors: { stripe: { credential: stripe.secretKey, upstream: stripe.url } },
  });
  const { url } = await proxy.listen();
  process.send?.({ proxyUrl: url, stripe } satisfies ServicesReady);
});
process.once("disconnect", () => process.exit());
