import { createKeybrake, type Keybrake, type Policy, type VaultKey } from "@keybrake/core";
import { shopifyOptions } from "@keybrake/core/shopify";
import { type ShopifySandbox, startShopifySandbox } from "@keybrake/sandbox";
import { type AdminApiClient, createAdminApiClient } from "@shopify/admin-api-client";
import { createProxy } from "../../src/create-proxy.ts";
import { BENCH_FX } from "./vendor-bench.ts";

const TOKEN = "kb_shop_token";

/** The real client of Shopify, the proxy, and a fake Shopify that keeps its own ledger. */
export interface ShopForTest extends AsyncDisposable {
  sandbox: ShopifySandbox;
  keybrake: Keybrake;
  issue(policy?: Partial<Policy>): Promise<VaultKey>;
  /** The real client with a vault key; `attempts` counts what it sends. */
  connect(key: VaultKey, retries?: number): { client: AdminApiClient; attempts(): number };
}

export async function startShopForTest(): Promise<ShopForTest> {
  const sandbox = await startShopifySandbox({ currencyCode: "CAD" });
  const { clientId, clientSecret } = sandbox;
  const proxy = createProxy({
    listen: "127.0.0.1:0",
    tokens: [{ name: "shop", token: TOKEN }],
    vendors: {
      shopify: {
        upstream: sandbox.url,
        currency: "CAD",
        credential: {
          client_id: clientId,
          client_secret: clientSecret,
          token_path: "/admin/oauth/access_token",
        },
      },
    },
    fx: BENCH_FX,
    fx_margin: 0,
  });
  const { url } = await proxy.listen();
  const keybrake = createKeybrake({ token: TOKEN, apiUrl: url });
  return {
    sandbox,
    keybrake,
    issue: (policy = {}) =>
      keybrake.issue({ label: "shop", vendor: "shopify", dailyUsdCap: 200, expiresIn: "1h", ...policy }),
    connect(key, retries = 0) {
      let attempts = 0;
      const options = shopifyOptions(key);
      const client = createAdminApiClient({
        storeDomain: "sandbox.myshopify.com",
        apiVersion: "2026-10",
        ...options,
        retries,
        customFetchApi(target, init) {
          attempts += 1;
          return options.customFetchApi(target, init);
        },
      });
      return { client, attempts: () => attempts };
    },
    async [Symbol.asyncDispose]() {
      await proxy.close({ graceMs: 200 });
      await sandbox.close();
    },
  };
}
