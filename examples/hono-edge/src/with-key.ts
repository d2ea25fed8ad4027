import type { IssuePolicy, VaultKey } from "@keybrake/core";
import { type VaultKeyOptions, withVaultKey } from "@keybrake/web";
import type { Context, Handler } from "hono";

/** `withVaultKey` of @keybrake/web as a route of Hono. */
export function withKey(
  policy: (request: Request) => IssuePolicy,
  handle: (context: Context, key: VaultKey) => Promise<Response>,
): Handler {
  return (context) => {
    const route = withVaultKey(policy, (_request, key) => handle(context, key), toOptions(context));
    return route(context.req.raw);
  };
}

/** A Worker ends with its response unless its context is told to wait. Hono throws where there is no such context. */
function toOptions(context: Context): VaultKeyOptions {
  try {
    const { executionCtx } = context;
    return { waitUntil: (work) => executionCtx.waitUntil(work) };
  } catch {
    return {};
  }
}
