import { AsyncLocalStorage } from "node:async_hooks";
import type { VaultKey } from "@keybrake/core";
import { Injectable } from "@nestjs/common";

/** The keys of the work that is going on, the nearest first. One for all, since parameter decorators know no container. */
const storage = new AsyncLocalStorage<readonly VaultKey[]>();

/**
 * The vault key of the call that is going on, for services far from the controller.
 *
 * @example
 * @Injectable()
 * class BillingService {
 *   constructor(private readonly vaultKeys: VaultKeyService) {}
 *
 *   charge(amount: number) {
 *     return this.vaultKeys.get("stripe").fetch("/v1/payment_intents", { method: "POST", body: toForm(amount) });
 *   }
 * }
 */
@Injectable()
export class VaultKeyService {
  /**
   * The key of the nearest `@UseVaultKey`: the handler's before the controller's.
   *
   * @param vendor whose key; default: the nearest, whatever its vendor
   * @throws {Error} there is none
   */
  get(vendor?: string): VaultKey {
    return getVaultKey(vendor);
  }

  /**
   * Runs work with a key that was issued by hand, in a job, a message handler or a test: `get` finds it there.
   *
   * @example
   * withVaultKey(policy, (key) => vaultKeys.run(key, () => billing.charge(2000)));
   */
  run<Result>(key: VaultKey, work: () => Result): Result {
    return runInVaultKey(key, work);
  }
}

/** {@link VaultKeyService.get} for what Nest does not construct. */
export function getVaultKey(vendor?: string): VaultKey {
  const keys = storage.getStore() ?? [];
  const key = vendor === undefined ? keys[0] : keys.find((candidate) => candidate.vendor === vendor);
  if (key) return key;
  const wanted = vendor === undefined ? "No vault key" : `No vault key for ${JSON.stringify(vendor)}`;
  throw new Error(
    `${wanted} here: it takes @UseVaultKey(policy) on the route, or VaultKeyService.run(key, work).`,
  );
}

/** {@link VaultKeyService.run} for what Nest does not construct. */
export function runInVaultKey<Result>(key: VaultKey, work: () => Result): Result {
  return storage.run([key, ...(storage.getStore() ?? [])], work);
}
