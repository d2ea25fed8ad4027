import type { Policy, VaultKey } from "@keybrake/core";
import type { ProxyConfig } from "../../src/config/config.ts";
import type { VendorMove } from "./scripted-vendor.ts";
import { startVendorBench, type VendorBench } from "./vendor-bench.ts";

export const GRAPHQL_PATH = "/admin/api/2026-10/graphql.json";

/** A GraphQL call by an agent, and what the vendor answers. */
export interface ShopCall {
  query: string;
  variables?: Record<string, unknown> | string;
  operationName?: string;
  /** Default: `{ data: {} }`. */
  answer?: unknown;
  status?: number;
  key?: VaultKey;
}

/** What became of a call, in USD. */
export interface CallOutcome {
  /** The refusal's code, or the vendor's status. */
  result: string | number;
  reserved: number;
  cost: number | null;
  outcome: string;
}

export interface ShopBench extends AsyncDisposable {
  bench: VendorBench;
  run(call: ShopCall): Promise<CallOutcome>;
}

/** A proxy before a scripted Shopify. */
export async function startShopBench(
  shop: Partial<ProxyConfig["vendors"][string]> = {},
  policy: Partial<Policy> = {},
  config: Partial<ProxyConfig> = {},
): Promise<ShopBench> {
  const bench = await startVendorBench("shopify", { credential: "shpat_bench", ...shop }, policy, config);
  return {
    bench,
    async run({ query, variables, operationName, answer = { data: {} }, status = 200, key }) {
      const move: VendorMove = { status, json: answer };
      bench.vendor.otherwise = () => move;
      const { status: got, code } = await bench.call({
        path: GRAPHQL_PATH,
        json: { query, variables, operationName },
        ...(key ? { key } : {}),
      });
      const [entry] = await bench.entries();
      return {
        result: code ?? got,
        reserved: entry?.reservedUsd ?? 0,
        cost: entry?.costUsd ?? null,
        outcome: entry?.outcome ?? "",
      };
    },
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  };
}

const REFUND_FIELDS = `{
  refund { id totalRefundedSet { presentmentMoney { amount currencyCode } } }
  userErrors { field message }
}`;

/** `refundCreate` with one transaction. */
export function refundCreate(amount: string, currency = "CAD"): string {
  return `refundCreate(input: {
    orderId: "gid://shopify/Order/1", currency: ${currency},
    transactions: [{ orderId: "gid://shopify/Order/1", kind: REFUND, gateway: "bogus", amount: ${amount} }]
  }) ${REFUND_FIELDS}`;
}

/** What Shopify answers to it. */
export function refunded(amount: string, currencyCode = "CAD"): object {
  return {
    refund: {
      id: "gid://shopify/Refund/1",
      totalRefundedSet: { presentmentMoney: { amount, currencyCode } },
    },
    userErrors: [],
  };
}

export const NOT_REFUNDED = {
  refund: null,
  userErrors: [{ field: ["transactions"], message: "Refund amount is above what was paid" }],
};

export const THROTTLED = { errors: [{ message: "Throttled", extensions: { code: "THROTTLED" } }] };
