import type { IssuePolicy, VaultKey } from "@keybrake/core";
import { withVaultKey as holdVaultKey, type VaultKeyOptions as WebOptions } from "@keybrake/web";
import { after, connection, type NextRequest } from "next/server.js";

/** How the key is issued and revoked: `client` and `onRevokeError`. */
export type VaultKeyOptions = Pick<WebOptions, "client" | "onRevokeError">;

/** {@link VaultKeyOptions}, and how long a body that nobody reads is waited for. */
export type RouteOptions = VaultKeyOptions & Pick<WebOptions, "unreadMs">;

/**
 * A Route Handler with a vault key. The key is issued for each request and revoked when the response was sent, streamed
 * to its end, or given up by the caller. Where no key can be had, the handler does not run. Refusals are answered as
 * `@keybrake/web` does: a spent cap is 402, no key to be had 503; every other error is Next's, `redirect()` and
 * `notFound()` too. Never issues at build time: a `GET` waits for a request.
 *
 * @param policy what to ask for, or how to tell it from the request and the route's context
 * @param handler gets the key after the request, and then the context: `RouteContext<"/users/[id]/charge">`
 * @example
 * export const POST = withVaultKey(
 *   (request: NextRequest) => ({ label: `user-${request.headers.get("x-user-id")}`, vendor: "stripe", dailyUsdCap: 500 }),
 *   async (request, key) => {
 *     const stripe = new Stripe(key.token, stripeOptions(key, Stripe));
 *     const { amount } = await request.json();
 *     return Response.json(await stripe.paymentIntents.create({ amount, currency: "usd" }));
 *   },
 * );
 */
export function withVaultKey<Context>(
  policy: IssuePolicy | ((request: NextRequest, context: Context) => IssuePolicy | Promise<IssuePolicy>),
  handler: (request: NextRequest, key: VaultKey, context: Context) => Response | Promise<Response>,
  options: RouteOptions = {},
): (request: NextRequest, context: Context) => Promise<Response> {
  const run = holdVaultKey(policy, handler, { ...options, waitUntil: keepHostAlive });
  return (request, context) => untilRequested().then(() => run(request, context));
}

/** Next runs routes and pages at build time too. This is where they end then: before a key is issued. */
export async function untilRequested(): Promise<void> {
  try {
    await connection();
  } catch (error) {
    // Unit tests call handlers as plain functions. Anything else is how Next ends a run.
    if (!String(error).includes("outside a request scope")) throw error;
  }
  // A route with `dynamic = "force-static"` gets this far.
  if (process.env.NEXT_PHASE === "phase-production-build") throw new Error("no vault key during next build");
}

function keepHostAlive(work: Promise<void>): void {
  try {
    after(work);
  } catch {
    // Not in Next, or on a platform that can't wait: the key's own life is the backstop.
  }
}
