import { randomUUID } from "node:crypto";
import { jsonAnswer } from "../json-answer.ts";
import type { Answer, VendorRequest } from "../vendor.ts";
import type { Payload } from "./payload.ts";
import { toShop } from "./queries.ts";
import type { MutationCall, Shop } from "./shop.ts";

/** The app that can request tokens, and how long they are valid. */
export interface AppCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly lifetimeSeconds: number;
}

/** Returns true if the token is valid now. */
export function isAccessToken(shop: Shop, token: string, nowMs: number): boolean {
  if (!shop.tokens.has(token)) return false;
  const endsAtMs = shop.tokens.get(token);
  return endsAtMs === undefined || nowMs < endsAtMs;
}

/** The client-credentials grant, in a form or in JSON. Every call issues a new token; older ones stay valid. */
export function grantAccessToken(
  shop: Shop,
  app: AppCredentials,
  request: VendorRequest,
  nowMs: number,
): Answer {
  const params = readParams(request);
  if (params.get("grant_type") !== "client_credentials") {
    return jsonAnswer(400, { error: "unsupported_grant_type" });
  }
  if (params.get("client_id") !== app.clientId || params.get("client_secret") !== app.clientSecret) {
    return jsonAnswer(400, { error: "invalid_client", error_description: "Unknown client or wrong secret" });
  }
  const token = createToken(shop, nowMs + app.lifetimeSeconds * 1000);
  return jsonAnswer(200, {
    access_token: token,
    scope: "read_orders,write_orders",
    expires_in: app.lifetimeSeconds,
  });
}

export interface DelegateArgs {
  readonly input: { readonly delegateAccessScope: readonly string[]; readonly expiresIn?: number | null };
}

/** Issues another token that works at once. A proxy that lets this through gives its client an uncapped credential. */
export function delegateAccessTokenCreate({ input }: DelegateArgs, { nowMs, shop }: MutationCall): Payload {
  const endsAtMs = typeof input.expiresIn === "number" ? nowMs + input.expiresIn * 1000 : undefined;
  const delegateAccessToken = {
    accessToken: createToken(shop, endsAtMs),
    accessScopes: input.delegateAccessScope,
    createdAt: new Date(nowMs).toISOString(),
  };
  return { delegateAccessToken, shop: toShop(shop), userErrors: [] };
}

function createToken(shop: Shop, endsAtMs: number | undefined): string {
  const token = `shpat_${randomUUID().replaceAll("-", "")}`;
  shop.tokens.set(token, endsAtMs);
  return token;
}

function readParams({ body, headers }: VendorRequest): URLSearchParams | Map<string, unknown> {
  if (!(headers["content-type"] ?? "").includes("json")) return new URLSearchParams(body);
  try {
    return new Map(Object.entries(JSON.parse(body) ?? {}));
  } catch {
    return new Map();
  }
}
