import type { Keybrake } from "./create-keybrake.ts";
import { withVaultKey } from "./default-client.ts";
import { KeyRevokedError } from "./errors.ts";
import { type PolicyFor, resolvePolicy } from "./policy.ts";
import type { KeyWarning, VaultKey } from "./vault-key.ts";
import type { WithVaultKeyOptions } from "./with-vault-key.ts";

/** How the keys of a scope are issued and revoked. */
export interface KeyScopeOptions extends Pick<WithVaultKeyOptions, "onRevokeError"> {
  /** Default: the client made from the environment. */
  client?: Keybrake;
}

/** Keys of one piece of work, of which nobody knows beforehand whether it needs any. */
export interface KeyScope<Name extends string> {
  /**
   * The key of that name, issued when it is first asked for; then always the same. Names whose policies say the same
   * share one. After a failure the next call tries again.
   *
   * @throws {KeyRevokedError} the scope has ended
   */
  keyFor(name: Name): Promise<VaultKey>;
  /**
   * Ends the scope. Resolves when all its keys are revoked; never rejects: failures go to `onRevokeError`.
   *
   * @param warning reported for each key, when the scope ends for a reason its owner should know
   */
  end(warning?: KeyWarning): Promise<void>;
}

/**
 * Opens a scope of keys for work whose end no promise tells, such as an agent's run. Prefer `withVaultKey` where one
 * does: it can't forget to revoke.
 *
 * @param policy what to ask for, or how to tell it from a key's name, once for each name
 * @example
 * const scope = createKeyScope((name) => policies[name]);
 * const key = await scope.keyFor("payments");
 * // when the work is over:
 * await scope.end();
 */
export function createKeyScope<Name extends string>(
  policy: PolicyFor<Name>,
  options: KeyScopeOptions = {},
): KeyScope<Name> {
  // By name too: a policy function that answers anew each time must not mean a new key, and a new cap, each time.
  const byName = new Map<string, Promise<VaultKey>>();
  const byPolicy = new Map<string, Promise<VaultKey>>();
  const keys: VaultKey[] = [];
  const uses: Promise<unknown>[] = [];
  let hasEnded = false;
  let finish = (): void => {};
  const ended = new Promise<void>((resolve) => {
    finish = resolve;
  });

  async function issueFor(name: Name): Promise<VaultKey> {
    const resolved = await resolvePolicy(policy, name);
    assertOpen();
    return once(byPolicy, JSON.stringify(resolved), () => {
      return new Promise((resolve, reject) => {
        const use = (key: VaultKey): Promise<void> => {
          keys.push(key);
          resolve(key);
          return ended;
        };
        uses.push(withVaultKey(resolved, use, options).catch(reject));
      });
    });
  }

  function assertOpen(): void {
    if (hasEnded)
      throw new KeyRevokedError({ code: "key_revoked", message: "The scope of the key has ended." });
  }

  return {
    async keyFor(name) {
      assertOpen();
      const key = await once(byName, name, () => issueFor(name));
      // It may have ended while the key was being issued.
      assertOpen();
      return key;
    },
    async end(warning) {
      if (warning && !hasEnded) for (const key of keys) key.warn(warning);
      hasEnded = true;
      finish();
      await Promise.all(uses);
    },
  };
}

/** The promise that is there, or a new one; one that rejects is forgotten. */
function once<Value>(
  made: Map<string, Promise<Value>>,
  name: string,
  make: () => Promise<Value>,
): Promise<Value> {
  const known = made.get(name);
  if (known) return known;
  const value = make();
  made.set(name, value);
  value.catch(() => made.delete(name));
  return value;
}
