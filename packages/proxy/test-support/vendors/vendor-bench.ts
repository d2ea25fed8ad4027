import { type AuditEntry, createKeybrake, type Keybrake, type Policy, type VaultKey } from "@keybrake/core";
import type { ProxyConfig } from "../../src/config/config.ts";
import { createProxy, type Proxy as KeybrakeProxy } from "../../src/create-proxy.ts";
import { type ScriptedVendor, startScriptedVendor } from "./scripted-vendor.ts";

const TOKEN = "kb_bench_token";

/** A call by an agent. A `form` or `json` body sets its content type; `body` goes as it is. */
export interface BenchCall {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  form?: Record<string, string>;
  json?: unknown;
  body?: string | Uint8Array<ArrayBuffer>;
  key?: VaultKey;
}

export interface BenchAnswer {
  status: number;
  headers: Headers;
  text: string;
  /** The refusal's code; undefined where the vendor answered. */
  code: string | undefined;
}

/** USD of a key. */
export interface BenchSpend {
  spent: number;
  held: number;
  unknown: number;
}

/** A proxy over real HTTP with one scripted vendor behind it, and one key. */
export interface VendorBench extends AsyncDisposable {
  vendor: ScriptedVendor;
  client: Keybrake;
  proxy: KeybrakeProxy;
  proxyUrl: string;
  key: VaultKey;
  /** What the proxy and its ledger take for the time: ms since the epoch. */
  clock: { now: number };
  call(call: BenchCall): Promise<BenchAnswer>;
  issue(policy?: Partial<Policy>): Promise<VaultKey>;
  spend(key?: VaultKey): Promise<BenchSpend>;
  /** Audit entries, newest first. */
  entries(): Promise<AuditEntry[]>;
}

/** Of the table in the vendors' facts: USD for one major unit. */
export const BENCH_FX = {
  EUR: 1.1,
  GBP: 1.27,
  CAD: 0.74,
  JPY: 0.0067,
  KWD: 3.25,
  ISK: 0.0072,
  UGX: 0.00027,
  HUF: 0.0028,
  TWD: 0.031,
};

/**
 * Starts a bench for a vendor. The key's policy: that vendor, a daily cap of 1,000 USD unless said otherwise.
 *
 * @param vendorConfig what the configuration says of the vendor, besides its upstream
 */
export async function startVendorBench(
  name: string,
  vendorConfig: Omit<ProxyConfig["vendors"][string], "upstream">,
  policy: Partial<Policy> = {},
  config: Partial<ProxyConfig> = {},
): Promise<VendorBench> {
  const vendor = await startScriptedVendor();
  const clock = { now: Date.parse("2026-11-22T12:00:00Z") };
  const proxy = createProxy(
    {
      listen: "127.0.0.1:0",
      tokens: [{ name: "bench", token: TOKEN }],
      vendors: { [name]: { ...vendorConfig, upstream: vendor.url } },
      fx: BENCH_FX,
      fx_margin: 0,
      ...config,
    },
    { clock: () => clock.now, trueUpDelaysMs: [5, 10, 20, 40, 80, 160, 320, 640] },
  );
  const { url: proxyUrl } = await proxy.listen();
  const client = createKeybrake({ token: TOKEN, apiUrl: proxyUrl });
  const issue = (more: Partial<Policy> = {}): Promise<VaultKey> =>
    client.issue({ label: "bench", vendor: name, dailyUsdCap: 1_000, expiresIn: "24h", ...policy, ...more });
  const key = await issue();
  return {
    vendor,
    client,
    proxy,
    proxyUrl,
    key,
    clock,
    issue,
    async call({ key: caller = key, method = "POST", path, headers, form, json, body }) {
      const response = await fetch(`${proxyUrl}/${name}${path}`, {
        method,
        redirect: "manual",
        headers: {
          authorization: `Bearer ${caller.token}`,
          ...(form ? { "content-type": "application/x-www-form-urlencoded" } : {}),
          ...(json === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        body:
          body ??
          (form ? new URLSearchParams(form).toString() : json === undefined ? null : JSON.stringify(json)),
      });
      const code = response.headers.get("x-keybrake-code") ?? undefined;
      return { status: response.status, headers: response.headers, text: await response.text(), code };
    },
    async spend(of = key) {
      const { spend } = await client.getKey(of.id);
      return { spent: spend.totalUsd, held: spend.heldUsd, unknown: spend.unknownUsd };
    },
    entries: async () => (await client.listAudit({ limit: 100 })).data,
    async [Symbol.asyncDispose]() {
      await proxy.close({ graceMs: 200 });
      await vendor.close();
    },
  };
}
