import { type IssuePolicy, toKeybrakeError, type VaultKey, withVaultKey } from "@keybrake/core";
import { untilRequested, type VaultKeyOptions } from "./with-vault-key.ts";

/** What an action resolves with where Keybrake refused: the body that a route answers then. */
export interface ActionRefusal {
  /** Such as `spend_cap_exceeded` or `vault_key_unavailable`. It names no budget, amount or key. */
  error: string;
}

/**
 * A Server Action with a vault key, for files with `"use server"`. The key is issued for each call and revoked when the
 * action's promise settles. Where no key can be had, the action does not run. Refusals are results, since Next hides
 * the message of a thrown error from the browser: `{ error: "spend_cap_exceeded" }`, `{ error: "vault_key_unavailable" }`.
 * Every other error is thrown as it is, so `redirect()` and `notFound()` work.
 *
 * @param policy what to ask for, or how to tell it from the arguments; they come from the browser, so take the user
 * from the session
 * @param action gets the key before the arguments, where no argument of the browser's can take its place
 * @example
 * export const charge = withVaultKeyAction(
 *   async () => ({ label: `user-${(await getSession()).userId}`, vendor: "stripe", dailyUsdCap: 500 }),
 *   async (key, amount: number) => {
 *     const stripe = new Stripe(key.token, stripeOptions(key, Stripe));
 *     return { id: (await stripe.paymentIntents.create({ amount, currency: "usd" })).id };
 *   },
 * );
 */
export function withVaultKeyAction<Asked extends unknown[], Args extends [...Asked, ...unknown[]], Result>(
  policy: IssuePolicy | ((...args: Asked) => IssuePolicy | Promise<IssuePolicy>),
  action: (key: VaultKey, ...args: Args) => Promise<Result>,
  options: VaultKeyOptions = {},
): (...args: Args) => Promise<Result | ActionRefusal> {
  return async (...args) => {
    await untilRequested();
    return withVaultKey(
      () => (typeof policy === "function" ? policy(...(args as unknown[] as Asked)) : policy),
      (key) => action(key, ...args),
      options,
    ).catch((error) => {
      const refusal = toKeybrakeError(error);
      if (!refusal) throw error;
      return refusal.toResponse().json() as Promise<ActionRefusal>;
    });
  };
}
