import { createKeybrake, type Keybrake } from "./create-keybrake.ts";
import type { IssuePolicy } from "./policy.ts";
import type { VaultKey } from "./vault-key.ts";
import type { WithVaultKeyOptions } from "./with-vault-key.ts";

let client: Keybrake | undefined;

/** The client that adapters and {@link withVaultKey} use where none is given; made from the environment at first use. */
export function getDefaultClient(): Keybrake {
  client ??= createKeybrake();
  return client;
}

/**
 * Issues a vault key, runs `use(key)`, and revokes the key when `use` is done: after its result, its error, or
 * its rejection. The result and the error are handed on untouched.
 *
 * @throws {VaultKeyUnavailableError} no key could be had, so `use` did not run
 * @throws {InvalidPolicyError} the policy is wrong
 * @example
 * const intent = await withVaultKey(
 *   { label: "billing-agent/42", vendor: "stripe", dailyUsdCap: 500, expiresIn: "5m" },
 *   (key) => new Stripe(key.token, stripeOptions(key, Stripe)).paymentIntents.create({ amount: 2000, currency: "usd" }),
 * );
 */
export function withVaultKey<Result>(
  policy: IssuePolicy | (() => IssuePolicy | Promise<IssuePolicy>),
  use: (key: VaultKey) => Result | Promise<Result>,
  options?: WithVaultKeyOptions & { client?: Keybrake },
): Promise<Result> {
  return (options?.client ?? getDefaultClient()).withVaultKey(policy, use, options);
}
