import { randomBytes } from "node:crypto";
import { createProxy, type ProxyConfig } from "@keybrake/proxy";
import { reportInternalError } from "../failure.ts";
import { REPLAY_HEADER } from "./counting-vendor.ts";
import type { TargetOptions } from "./target.ts";

/** The vendor as a deployment must be told of it. */
export function toVendorConfig(url: string): ProxyConfig["vendors"][string] {
  return {
    upstream: url,
    auth: { header: "Authorization", value: "Bearer {{secret}}" },
    credential: "crash-test",
    idempotency_header: "Idempotency-Key",
    replay_header: REPLAY_HEADER,
    routes: [{ match: "POST /charge", amount: "/amount", scale: "major" }],
  };
}

/** A proxy of this process, for who wants to see the attacks before setting anything up. */
export async function startOwnProxy(vendorUrl: string): Promise<TargetOptions & { close(): Promise<void> }> {
  const token = `kb_crash_${randomBytes(24).toString("base64url")}`;
  const vendor = "crashtest";
  const proxy = createProxy(
    {
      listen: "127.0.0.1:0",
      tokens: [{ name: "crash-test", token }],
      vendors: { [vendor]: toVendorConfig(vendorUrl) },
      limits: { upstream_timeout_ms: 2000 },
    },
    { onInternalError: reportInternalError },
  );
  const { url } = await proxy.listen();
  return { apiUrl: url, proxyUrl: url, token, vendor, close: () => proxy.close({ graceMs: 1000 }) };
}
