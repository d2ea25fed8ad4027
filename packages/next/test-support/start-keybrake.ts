import { createKeybrake, type Keybrake } from "@keybrake/core";
import { startReferenceProxy } from "@keybrake/proxy/testing";
import { startStripeSandbox } from "@keybrake/sandbox";

/** A real Keybrake with a fake Stripe, and how an app finds it. */
export interface RunningKeybrake {
  client: Keybrake;
  environment: { KEYBRAKE_TOKEN: string; KEYBRAKE_API_URL: string };
  close(): Promise<void>;
}

export async function startKeybrake(): Promise<RunningKeybrake> {
  const sandbox = await startStripeSandbox();
  const reference = await startReferenceProxy(sandbox);
  const { token, apiUrl } = reference.keybrake.options;
  return {
    client: createKeybrake({ token, apiUrl }),
    environment: { KEYBRAKE_TOKEN: token, KEYBRAKE_API_URL: apiUrl },
    async close() {
      await reference.close();
      await sandbox.close();
    },
  };
}
