import { type Sandbox, type SandboxOptions, startSandboxServer } from "../sandbox-server.ts";
import { createOrder, type ShopifyOrderSeed } from "./order.ts";
import type { Shop } from "./shop.ts";
import { createShopifyVendor } from "./shopify-vendor.ts";

export interface ShopifySandboxOptions extends SandboxOptions {
  /** A token that never expires. Default `shpat_sandbox`. */
  readonly accessToken?: string;
  /** The app that `POST /admin/oauth/access_token` issues tokens to. Default `sandbox_client_id`. */
  readonly clientId?: string;
  /** Default `sandbox_client_secret`. */
  readonly clientSecret?: string;
  /** How long such a token is valid, in seconds. Default 86399, as at Shopify. */
  readonly tokenLifetimeSeconds?: number;
  /** The shop's currency. Default `USD`. */
  readonly currencyCode?: string;
  /** The orders. Default: 1001 to 1003 paid, 1004 authorized, 1005 pending, each of 100.00. */
  readonly orders?: readonly ShopifyOrderSeed[];
}

/** A running Shopify emulator: the Admin GraphQL API of one store. */
export interface ShopifySandbox extends Sandbox {
  readonly accessToken: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Expires every token except `accessToken` now. */
  expireTokens(): void;
}

const defaultOrders: readonly ShopifyOrderSeed[] = [
  { id: 1001, amount: "100.00" },
  { id: 1002, amount: "100.00" },
  { id: 1003, amount: "100.00" },
  { id: 1004, amount: "100.00", payment: "authorized" },
  { id: 1005, amount: "100.00", payment: "pending" },
];

/**
 * Starts a Shopify emulator on its own port. It moves no money, and records in its own ledger the money it would
 * have moved.
 *
 * @example
 * const sandbox = await startShopifySandbox();
 * const query = `mutation { giftCardCreate(input: { initialValue: "50.00" }) { giftCardCode userErrors { message } } }`;
 * await fetch(`${sandbox.url}/admin/api/2026-10/graphql.json`, {
 *   method: "POST",
 *   headers: { "content-type": "application/json", "x-shopify-access-token": sandbox.accessToken },
 *   body: JSON.stringify({ query }),
 * });
 * sandbox.ledger().grossMinor; // { usd: 5000 }
 * await sandbox.close();
 */
export async function startShopifySandbox(options: ShopifySandboxOptions = {}): Promise<ShopifySandbox> {
  const {
    accessToken = "shpat_sandbox",
    clientId = "sandbox_client_id",
    clientSecret = "sandbox_client_secret",
    tokenLifetimeSeconds: lifetimeSeconds = 86_399,
    currencyCode: currency = "USD",
    orders = defaultOrders,
    now = Date.now,
  } = options;
  let lastId = 0;
  const shop: Shop = {
    name: "Sandbox",
    domain: "sandbox.myshopify.com",
    currency,
    tokens: new Map(),
    orders: new Map(),
    giftCards: new Map(),
    storeCredit: new Map(),
    draftOrders: new Map(),
    discountCodes: new Set(),
    kept: new Map(),
    newGid(type) {
      lastId += 1;
      return `gid://shopify/${type}/${lastId}`;
    },
  };

  function expireTokens(): void {
    shop.tokens.clear();
    shop.tokens.set(accessToken, undefined);
  }

  function resetShop(): void {
    expireTokens();
    shop.orders.clear();
    shop.giftCards.clear();
    shop.storeCredit.clear();
    shop.draftOrders.clear();
    shop.discountCodes.clear();
    shop.kept.clear();
    for (const seed of orders) {
      const order = createOrder(shop, seed, now());
      shop.orders.set(order.gid, order);
    }
  }

  const app = { clientId, clientSecret, lifetimeSeconds };
  const sandbox = await startSandboxServer(options, (context) =>
    createShopifyVendor({ ...context, shop, app, resetShop }),
  );
  return { ...sandbox, accessToken, clientId, clientSecret, expireTokens };
}
