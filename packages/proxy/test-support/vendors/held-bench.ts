import type { ServerResponse } from "node:http";
import type { Policy } from "@keybrake/core";
import { startVendor } from "../start-vendor.ts";
import { CREDENTIAL, startStripeBench, toIntent } from "./stripe-bench.ts";
import type { BenchCall, VendorBench } from "./vendor-bench.ts";

export const FORM = { amount: "2000", currency: "usd" };
export const DONE = { json: toIntent({ status: "succeeded", amount_received: 2000 }) };

/** An intent under an idempotency key. */
export const create = (key = "try-1", form: Record<string, string> = FORM): BenchCall => ({
  path: "/v1/payment_intents",
  headers: { "idempotency-key": key },
  form,
});

/** A bench whose vendor answers when the test lets it. */
export async function startHeldBench(
  policy: Partial<Policy> = {},
): Promise<{ bench: VendorBench; held: ServerResponse[] }> {
  const held: ServerResponse[] = [];
  const vendor = await startVendor((_call, response) => held.push(response));
  const stripe = { credential: CREDENTIAL, upstream: vendor.url };
  return { bench: await startStripeBench(policy, { vendors: { stripe } }), held };
}

export const finish = (
  response: ServerResponse | undefined,
  status = 200,
  json: unknown = DONE.json,
): void => {
  response?.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json));
};
