import type { AddressInfo } from "node:net";
import { createKeybrake } from "@keybrake/core";
import { createApp, setBudgets } from "../app.ts";

/** The order to the backend: what it needs to issue vault keys. */
export interface BackendOrder {
  keybrakeToken: string;
  proxyUrl: string;
}

export interface BackendReady {
  backendUrl: string;
}

// The tool backend runs in its own process.
process.once("message", async ({ keybrakeToken, proxyUrl }: BackendOrder) => {
  const keybrake = createKeybrake({ token: keybrakeToken, apiUrl: proxyUrl });
  await setBudgets(keybrake);
  const server = createApp(keybrake).listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo;
    process.send?.({ backendUrl: `http://127.0.0.1:${port}` } satisfies BackendReady);
  });
});
process.once("disconnect", () => process.exit());
