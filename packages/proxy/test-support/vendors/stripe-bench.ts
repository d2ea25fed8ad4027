import type { Policy } from "@keybrake/core";
import { expect } from "vitest";
import type { ProxyConfig } from "../../src/config/config.ts";
import { type BenchCall, startVendorBench, type VendorBench } from "./vendor-bench.ts";

export const INTENT = "pi_3QkX2eLkdIwHu7ix0Bz9aX1b";
export const CHARGE = "ch_3QkX2eLkdIwHu7ix0qWmT7cY";
export const CREDENTIAL = "sk_test_bench";

export function startStripeBench(
  policy: Partial<Policy> = {},
  config: Partial<ProxyConfig> = {},
): Promise<VendorBench> {
  return startVendorBench("stripe", { credential: CREDENTIAL }, policy, config);
}

/** One call to Stripe: what the vendor has and answers, and what the ledger must make of it. */
export interface Step extends BenchCall {
  /** Objects that a look-up finds, by path. */
  shown?: Record<string, object>;
  answer?: { status?: number; json?: unknown; text?: string; headers?: Record<string, string> };
  /** USD; left out where the call is refused before anything is reserved. */
  reserved?: number;
  cost?: number;
  notes?: string[];
  /** The refusal, where it is one. */
  refused?: [status: number, code: string];
}

/** Makes a call and checks its answer and its entry in the books. */
export async function play(bench: VendorBench, step: Step): Promise<void> {
  const { shown = {}, answer = {}, reserved, cost, notes, refused, ...call } = step;
  const before = bench.vendor.seen.length;
  bench.vendor.otherwise = ({ method, url }) => {
    if (shown[url] && (method === "GET" || url !== call.path)) return { json: shown[url] };
    return method === "GET" ? { status: 404, json: { error: { code: "resource_missing" } } } : answer;
  };
  const { status, code } = await bench.call(call);
  const [entry] = await bench.entries();
  if (refused) {
    expect([status, code]).toEqual(refused);
    expect(entry).toMatchObject({ reservedUsd: 0, costUsd: 0, outcome: "none" });
    // Look-ups at most: nothing that could move money has left.
    const sent = bench.vendor.seen
      .slice(before)
      .filter(({ method, url }) => method !== "GET" && url === call.path);
    expect(sent).toEqual([]);
    return;
  }
  expect([status, code]).toEqual([answer.status ?? 200, undefined]);
  expect(entry).toMatchObject({ reservedUsd: reserved, costUsd: cost, ...(notes ? { notes } : {}) });
}

/** An intent as Stripe shows it. */
export function toIntent(fields: object = {}): object {
  return {
    id: INTENT,
    object: "payment_intent",
    amount: 2000,
    amount_received: 0,
    currency: "usd",
    status: "requires_payment_method",
    ...fields,
  };
}

/** Creates the intent of row 1: 20.00 USD in the ledger. */
export const CREATED: Step = {
  path: "/v1/payment_intents",
  form: { amount: "2000", currency: "usd" },
  answer: { json: toIntent() },
  reserved: 20,
  cost: 20,
};
