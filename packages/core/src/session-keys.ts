import type { ControlClient } from "./control-client.ts";
import { getControlClient, type Keybrake } from "./create-keybrake.ts";
import { hasRefusalCode } from "./has-refusal-code.ts";
import type { KeyCacheStore } from "./key-cache-store.ts";
import type { IssuePolicy } from "./policy.ts";
import { DEFAULT_EXPIRES_IN, toSeconds } from "./protocol/duration.ts";
import { createSessionRecords, type SessionKey, type SessionKeyring } from "./session-records.ts";
import { toWirePolicy } from "./to-wire-policy.ts";
import { VaultKey } from "./vault-key.ts";
import { revokeAtLast, type WithVaultKeyOptions } from "./with-vault-key.ts";

/** The life of the keys of sessions: found, renewed, forgotten, ended. */
export interface SessionKeys {
  /** The policy as text: a session has one key for each. */
  slotOf(policy: IssuePolicy): string;
  /** A key with time left, issued where there is none. */
  find(session: string, policy: IssuePolicy): Promise<VaultKey>;
  /** Whether a call of the key, or what came of the calls, says that the key has ended. */
  seemsEnded(key: VaultKey, outcome: unknown): boolean;
  /** Lets the next call issue, if Keybrake says that the key has ended. Never rejects. */
  forgetEnded(session: string, key: VaultKey): Promise<void>;
  end(session: string): Promise<void>;
}

/** The refusals, of vendor calls and of the control API, after which a key is of no use any more. */
const ENDS = new Set<unknown>(["key_revoked", "key_expired", "invalid_key", "not_found"]);
const isEnd = (code: unknown): boolean => ENDS.has(code);

export function createSessionKeys(
  client: Keybrake,
  store: KeyCacheStore,
  onRevokeError: WithVaultKeyOptions["onRevokeError"],
): SessionKeys {
  const control = getControlClient(client);
  const records = createSessionRecords(store, control);
  const seenEnded = new WeakSet<VaultKey>();

  function slotOf(policy: IssuePolicy): string {
    return JSON.stringify(toWirePolicy(policy));
  }

  /** The known key with time left, or nothing where it can't have more. */
  async function renew(
    session: string,
    policy: IssuePolicy,
    known: SessionKey,
  ): Promise<VaultKey | undefined> {
    const { expiresIn = DEFAULT_EXPIRES_IN } = policy;
    const key = toVaultKey(known, policy);
    const halfLifeMs = ((toSeconds(expiresIn) ?? 0) * 1000) / 2;
    if (known.expiresAt - Date.now() >= halfLifeMs) return key;
    try {
      await key.extend(expiresIn);
    } catch (error) {
      control.emit({ type: "extend_failed", keyId: key.id, error });
      if (hasRefusalCode(error, isEnd)) return undefined;
      if (known.expiresAt <= Date.now()) throw error;
      return key;
    }
    const expiresAt = key.expiresAt.getTime();
    // The proxy's `max_lifetime` is reached: a new key now, while calls with this one still have their time. Where
    // it is over by the clock of this process, and Keybrake extends it all the same, that clock is wrong.
    if (expiresAt <= known.expiresAt && known.expiresAt > Date.now()) return undefined;
    const slot = slotOf(policy);
    await records.change(session, (keys) =>
      keys[slot]?.id === known.id ? { ...keys, [slot]: { ...known, expiresAt } } : undefined,
    );
    return key;
  }

  /** Keeps a new key for the session; where another process has kept one meanwhile, revokes it and takes that. */
  async function keep(
    session: string,
    slot: string,
    issued: VaultKey,
    replaced: SessionKey | undefined,
  ): Promise<SessionKey> {
    const own = { id: issued.id, token: issued.token, expiresAt: issued.expiresAt.getTime() };
    let kept: SessionKey | undefined;
    try {
      const keys = await records.change(session, (present) => {
        const rival = present[slot];
        return rival && rival.id !== replaced?.id ? undefined : { ...present, [slot]: own };
      });
      kept = keys[slot];
    } finally {
      if (kept?.id !== own.id) await revokeAtLast(issued, control, onRevokeError);
    }
    return kept ?? own;
  }

  function toVaultKey(
    { id, token, expiresAt }: SessionKey,
    { vendor, label }: Pick<IssuePolicy, "vendor" | "label">,
  ): VaultKey {
    const baseUrl = `${control.proxyUrl()}/${vendor}`;
    const observed: ControlClient = {
      ...control,
      async fetch(input, init) {
        const response = await control.fetch(input, init);
        if (isEnd(response.headers.get("x-keybrake-code"))) seenEnded.add(key);
        return response;
      },
    };
    const key = new VaultKey(
      { id, token, vendor, label, expiresAt: new Date(expiresAt), baseUrl, tracked: true },
      observed,
    );
    return key;
  }

  return {
    slotOf,

    async find(session, policy) {
      const slot = slotOf(policy);
      const known = (await records.read(session))[slot];
      const renewed = known && (await renew(session, policy, known));
      if (renewed) return renewed;
      const issued = await client.issue(policy);
      // A stand-in of `failOpen` is for this call alone: the next one may reach Keybrake.
      if (!issued.tracked) return issued;
      return toVaultKey(await keep(session, slot, issued, known), policy);
    },

    seemsEnded: (key, outcome) => seenEnded.has(key) || hasRefusalCode(outcome, isEnd),

    async forgetEnded(session, key) {
      // Asked, not believed: the outcome may be a text of the vendor's, and each new key has caps of its own.
      const hasEnded = await client.getKey(key.id).then(
        ({ status }) => status !== "active",
        (error: unknown) => hasRefusalCode(error, isEnd),
      );
      if (!hasEnded) return;
      // What can't be forgotten now is refused again, and forgotten then.
      await records.change(session, (keys) => without(keys, [key.id])).catch(() => {});
    },

    async end(session) {
      const keys = Object.entries(await records.read(session));
      await Promise.all(keys.map(([slot, known]) => revoke(toVaultKey(known, JSON.parse(slot)))));
      const revoked = keys.map(([, { id }]) => id);
      await records.change(session, (present) => without(present, revoked));
    },
  };
}

async function revoke(key: VaultKey): Promise<void> {
  await key.revoke().catch((error: unknown) => {
    // Keybrake does not remember it any more: it ended long ago.
    if (!hasRefusalCode(error, isEnd)) throw error;
  });
}

function without(keys: SessionKeyring, ids: readonly string[]): SessionKeyring {
  return Object.fromEntries(Object.entries(keys).filter(([, { id }]) => !ids.includes(id)));
}
