import { createMemoryLedger, createProxy, type Proxy as KeybrakeProxy, type Ledger } from "@keybrake/proxy";
import { onTestFinished } from "vitest";
import { toVendorConfig } from "../crash-test/own-proxy.ts";

/** Ledgers that are wrong in one way each, as a proxy might well be. */
export const BREAKAGES = {
  "the cap is checked after the call": checkCapAfterwards,
  "a hold is released on a time-out": releaseUnknown,
  "a revocation is cached": cacheRevocation,
} satisfies Record<string, (store: Ledger) => Ledger>;

/** Only what has been settled counts: any number of calls fits while none has come back. */
function checkCapAfterwards(store: Ledger): Ledger {
  const caps = new Map<string, { tenant: string; capMicroUsd: number }>();
  return {
    ...store,
    createKey(record, replay) {
      const { totalCapMicroUsd = Number.POSITIVE_INFINITY, ...policy } = record.policy;
      caps.set(record.id, { tenant: record.tenant, capMicroUsd: totalCapMicroUsd });
      return store.createKey({ ...record, policy }, replay);
    },
    async reserve(request) {
      const cap = caps.get(request.keyId);
      const state = cap && (await store.getKey(cap.tenant, request.keyId));
      if (cap && state && state.spend.totalMicroUsd >= cap.capMicroUsd) {
        const refusal = { code: "cap_exhausted", limit: "key:total" } as const;
        return { admitted: false, refusal, remainingMicroUsd: 0 };
      }
      return store.reserve(request);
    },
  };
}

/** "It timed out, so it did not happen." */
function releaseUnknown(store: Ledger): Ledger {
  return {
    ...store,
    settle: (attemptId, outcome, draft) =>
      store.settle(attemptId, outcome.kind === "unknown" ? { kind: "refused" } : outcome, draft),
  };
}

/** The revocation is answered at once, and heard of when a cache has run out. */
function cacheRevocation(store: Ledger): Ledger {
  return {
    ...store,
    async revokeKeys(tenant, filter) {
      setTimeout(() => void store.revokeKeys(tenant, filter), 2000).unref();
      return [];
    },
  };
}

/** A proxy that is closed with the test; with a breakage, it keeps its money badly. */
export async function startProxy(
  vendorUrl: string,
  token: string,
  breakLedger: (store: Ledger) => Ledger = (store) => store,
): Promise<string> {
  const proxy: KeybrakeProxy = createProxy(
    {
      listen: "127.0.0.1:0",
      tokens: [{ name: "test", token }],
      vendors: { crashtest: toVendorConfig(vendorUrl) },
      limits: { upstream_timeout_ms: 500 },
    },
    { store: breakLedger(createMemoryLedger()) },
  );
  const { url } = await proxy.listen();
  onTestFinished(() => proxy.close({ graceMs: 500 }));
  return url;
}
