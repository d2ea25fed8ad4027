import { once } from "node:events";
import {
  type Keybrake,
  type PolicyFor,
  resolvePolicy,
  type VaultKey,
  type WithVaultKeyOptions,
  withVaultKey,
} from "@keybrake/core";
import type { Request, RequestHandler } from "express";

declare global {
  namespace Express {
    interface Request {
      /** The key of the nearest `vaultKey()` middleware. Undefined at run time on routes without one. */
      vaultKey: VaultKey;
      /** The keys of all `vaultKey()` middlewares on the way here, by vendor. */
      vaultKeys: Record<string, VaultKey>;
    }
  }
}

/** How the middleware issues and revokes. */
export interface VaultKeyOptions extends Pick<WithVaultKeyOptions, "onRevokeError"> {
  /** Default: the client that `@keybrake/core` makes from the environment. */
  client?: Keybrake;
}

/**
 * Issues a vault key for each request, as `req.vaultKey`, and revokes it when the response is over: sent, streamed to
 * its end, or given up by the caller. Where no key can be had, the handlers don't run and the error goes to
 * `next(error)`: see {@link keybrakeErrorHandler}.
 *
 * @param policy what to ask for, or how to tell it from the request
 * @example
 * app.post(
 *   "/tools/charge",
 *   vaultKey((req) => ({ label: `user-${req.get("x-user-id")}`, vendor: "stripe", dailyUsdCap: 500 })),
 *   async (req, res) => {
 *     const stripe = new Stripe(req.vaultKey.token, stripeOptions(req.vaultKey, Stripe));
 *     res.json(await stripe.paymentIntents.create({ amount: req.body.amount, currency: "usd" }));
 *   },
 * );
 */
export function vaultKey(policy: PolicyFor<Request>, options: VaultKeyOptions = {}): RequestHandler {
  return (req, res, next) => {
    withVaultKey(
      () => resolvePolicy(policy, req),
      async (key) => {
        // The caller may have left while the key was being issued, and then `close` has been and gone.
        if (res.closed || res.destroyed) return;
        const closed = once(res, "close");
        req.vaultKey = key;
        req.vaultKeys = { ...req.vaultKeys, [key.vendor]: key };
        next();
        await closed;
      },
      options,
    ).catch(next);
  };
}
