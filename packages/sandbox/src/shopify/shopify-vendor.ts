import { randomUUID } from "node:crypto";
import { createRoutes } from "../find-route.ts";
import { faultBodyAnswer, jsonAnswer } from "../json-answer.ts";
import type { VendorContext } from "../sandbox-server.ts";
import type { Answer, Perform, Vendor, VendorRequest } from "../vendor.ts";
import { type AppCredentials, grantAccessToken, isAccessToken } from "./access-tokens.ts";
import { execute, type GraphqlRequest } from "./execute.ts";
import type { Shop, ShopifyCall } from "./shop.ts";

export interface ShopifyVendorOptions extends VendorContext {
  readonly shop: Shop;
  readonly app: AppCredentials;
  /** Restores the store's initial state. */
  resetShop(): void;
}

const routes = createRoutes<"grant" | "graphql">([
  ["POST /admin/oauth/access_token", "grant"],
  ["POST /admin/api/:version/graphql.json", "graphql"],
]);

/** Points of Shopify's rate limit, which aren't money. The emulator never uses them up. */
const cost = {
  requestedQueryCost: 10,
  actualQueryCost: 10,
  throttleStatus: { maximumAvailable: 2000, currentlyAvailable: 1990, restoreRate: 100 },
};

const unauthorizedBody = {
  errors: "[API] Invalid API key or access token (unrecognized login or wrong password)",
};

/** Emulates Shopify: authenticate, read the JSON, run the operation. */
export function createShopifyVendor({ shop, app, resetShop, ledger, now }: ShopifyVendorOptions): Vendor {
  function answerGraphql(request: VendorRequest, version: string): Answer {
    const graphql = readGraphql(request);
    if (!graphql) return jsonAnswer(400, { errors: { query: "Required parameter missing or invalid" } });
    const header = request.headers["idempotency-key"];
    let effects = 0;
    const call: ShopifyCall = {
      shop,
      nowMs: now(),
      version,
      record(effect, key = typeof header === "string" ? header : undefined) {
        effects += 1;
        ledger.record({
          ...effect,
          vendor: "shopify",
          livemode: true,
          ...(key === undefined ? {} : { idempotencyKey: key }),
        });
      },
    };
    const { data, errors } = execute(graphql, call);
    if (effects > 0) ledger.countExecutedCall();
    const body = {
      ...(data === undefined ? {} : { data }),
      ...(errors ? { errors } : {}),
      extensions: { cost },
    };
    return jsonAnswer(200, body, { "X-Shopify-API-Version": version });
  }

  async function answerRoute(request: VendorRequest, perform: Perform): Promise<Answer> {
    const found = routes.find(request.method, request.path);
    if (!found) return jsonAnswer(404, { errors: "Not Found" });
    if (found.handler === "grant") return perform(() => grantAccessToken(shop, app, request, now()));
    const token = request.headers["x-shopify-access-token"];
    if (typeof token !== "string" || !isAccessToken(shop, token, now())) {
      return jsonAnswer(401, unauthorizedBody);
    }
    return perform(() => answerGraphql(request, found.params.version ?? ""));
  }

  resetShop();
  return {
    replaysServerErrors: false,
    async answer(request, perform) {
      const answer = await answerRoute(request, perform);
      return { ...answer, headers: { ...answer.headers, "X-Request-Id": randomUUID() } };
    },
    faultAnswer(_request, status, body) {
      if (body !== undefined) return faultBodyAnswer(status, body);
      // Shopify throttles GraphQL with a 200.
      if (status === 429) return jsonAnswer(200, throttledBody);
      return jsonAnswer(status, status === 401 ? unauthorizedBody : { errors: `Sandbox fault (${status})` });
    },
    reset: resetShop,
  };
}

const throttledBody = {
  errors: [
    {
      message: "Throttled",
      extensions: { code: "THROTTLED", documentation: "https://shopify.dev/api/usage/rate-limits" },
    },
  ],
  extensions: { cost: { ...cost, actualQueryCost: null } },
};

/** Returns undefined for broken JSON, a batch (Shopify has none), or a missing query. */
function readGraphql({ body, headers }: VendorRequest): GraphqlRequest | undefined {
  if ((headers["content-type"] ?? "").startsWith("application/graphql")) {
    return { query: body, variables: {}, operationName: undefined };
  }
  const parsed = parseJson(body);
  if (!isRecord(parsed) || typeof parsed.query !== "string") return undefined;
  const { query, variables, operationName } = parsed;
  return {
    query,
    variables: isRecord(variables) ? variables : {},
    operationName: typeof operationName === "string" ? operationName : undefined,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
