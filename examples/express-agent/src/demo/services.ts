import { createProxy } from "@keybrake/proxy";
import { startStripeSandbox } from "@keybrake/sandbox";

/** What the demo tells its services: a real Stripe test key, or none for the sandbox. */
export interface ServicesOrder {
  keybrakeToken: string;
  stripeTestKey: string | null;
}

/** Where the services are. `sandboxUrl` is null where Stripe itself is the vendor. */
export interface ServicesReady {
  proxyUrl: string;
  sandboxUrl: string | null;
}

// The proxy and the vendor, in a process of their own: the parent sends one order and gets one answer.
process.once("message", async ({ keybrakeToken, stripeTestKey }: ServicesOrder) => {
  const sandbox = stripeTestKey === null ? await startStripeSandbox() : null;
  const proxy = createProxy({
    listen: "127.0.0.1:0",
    tokens: [{ name: "demo", token: keybrakeToken }],
    vendors: {
      stripe: sandbox
        ? { credential: sandbox.secretKey, upstream: sandbox.url }
        : { credential: stripeTestKey ?? "" },
    },
  });
  const { url } = await proxy.listen();
  process.send?.({ proxyUrl: url, sandboxUrl: sandbox?.url ?? null } satisfies ServicesReady);
});
process.once("disconnect", () => process.exit());
