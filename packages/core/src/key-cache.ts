import type { Keybrake } from "./create-keybrake.ts";
import { getDefaultClient } from "./default-client.ts";
import { createMemoryKeyCacheStore, type KeyCacheStore } from "./key-cache-store.ts";
import type { IssueOptions, IssuePolicy, Policy } from "./policy.ts";
import { createSessionKeys } from "./session-keys.ts";
import type { VaultKey } from "./vault-key.ts";
import type { WithVaultKeyOptions } from "./with-vault-key.ts";

/** How a key cache issues, and where it keeps its keys. */
export interface KeyCacheOptions extends Pick<WithVaultKeyOptions, "onRevokeError"> {
  /** Default: the client made from the environment. */
  client?: Keybrake;
  /** Default: the memory of this process. Several clients may share one: each can read only what is its own. */
  store?: KeyCacheStore;
}

/** Keys that last for a session rather than for a call. */
export interface KeyCache {
  /**
   * Runs `use` with the session's key for this policy: issued by the first call, shared by those that follow, also
   * at the same time and in other processes on the same store. A call that finds less than half of `expiresIn`
   * left extends it, so choose an `expiresIn` of at least twice what one call takes.
   *
   * What the caps of the key have counted goes on, until the key ends: by `end`, by `expiresIn` without a call, or
   * by the proxy's `max_lifetime`. The call after that gets a new key, with caps of its own; a budget holds across.
   *
   * `use` runs once. Where its calls were refused because somebody had ended the key, its result or error is handed
   * on, and the next call gets a new key.
   *
   * @param session a name that is the caller's business: of a user, a conversation, a run
   * @throws {VaultKeyUnavailableError} Keybrake or the store can't be reached, so `use` did not run
   * @throws {InvalidPolicyError} the policy is wrong
   */
  use<Result>(
    session: string,
    policy: Policy & Pick<IssueOptions, "failOpen">,
    use: (key: VaultKey) => Result | Promise<Result>,
  ): Promise<Result>;
  /**
   * Revokes all keys of a session, those of calls still under way too. A call that begins later starts the session
   * anew.
   *
   * @throws {KeybrakeError} a key could not be revoked, or the store not be read; try again
   */
  end(session: string): Promise<void>;
}

/**
 * Shares one vault key among the calls of a session, so that a call needs no round trip to have one issued. Keys are
 * never shared across Keybrake tokens, API URLs, sessions, or policies that differ in anything.
 *
 * @example
 * const sessions = createKeyCache();
 * const policy: Policy = { label: "chat-42", vendor: "stripe", totalUsdCap: 20, expiresIn: "10m" };
 * await sessions.use("chat-42", policy, (key) => key.fetch("/v1/charges", { method: "POST", body }));
 * await sessions.end("chat-42");
 */
export function createKeyCache(options: KeyCacheOptions = {}): KeyCache {
  const { client = getDefaultClient(), store = createMemoryKeyCacheStore(), onRevokeError } = options;
  const keys = createSessionKeys(client, store, onRevokeError);
  const searches = new Map<string, { session: string; found: Promise<VaultKey> }>();

  /** One search at a time for each session and policy; calls that come meanwhile share what it finds. */
  function find(session: string, policy: IssuePolicy): Promise<VaultKey> {
    const id = JSON.stringify([session, keys.slotOf(policy)]);
    const running = searches.get(id);
    if (running) return running.found;
    const found = keys.find(session, policy).finally(() => searches.delete(id));
    searches.set(id, { session, found });
    return found;
  }

  return {
    async use(session, policy, use) {
      const key = await find(session, policy);
      let outcome: unknown;
      try {
        const result = await use(key);
        outcome = result;
        return result;
      } catch (error) {
        outcome = error;
        throw error;
      } finally {
        if (keys.seemsEnded(key, outcome)) await keys.forgetEnded(session, key);
      }
    },

    async end(session) {
      const running = [...searches.values()].filter((search) => search.session === session);
      await Promise.allSettled(running.map(({ found }) => found));
      await keys.end(session);
    },
  };
}
