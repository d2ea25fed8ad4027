import type { ControlClient } from "./control-client.ts";
import { VaultKeyUnavailableError } from "./errors.ts";
import type { KeyCacheStore } from "./key-cache-store.ts";
import { createSeal, type Seal } from "./seal.ts";

/** A key of a session, as its record holds it. */
export interface SessionKey {
  readonly id: string;
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** The keys of one session, by policy. */
export type SessionKeyring = Readonly<Record<string, SessionKey>>;

/** The sessions of one Keybrake token, each one sealed text in a store. */
export interface SessionRecords {
  read(session: string): Promise<SessionKeyring>;
  /**
   * Replaces the keys of a session by what `edit` makes of them; `undefined` leaves them. Where another process was
   * quicker, `edit` is asked again with what that one made.
   *
   * @returns what the session holds afterwards
   */
  change(
    session: string,
    edit: (keys: SessionKeyring) => SessionKeyring | undefined,
  ): Promise<SessionKeyring>;
}

/** Kept for longer than the keys live: a process whose clock is ahead must not take a living key for a dead one. */
const GRACE_MS = 3_600_000;
const MOST_ATTEMPTS = 20;

/** @throws {VaultKeyUnavailableError} from both verbs, when the store fails: without it, there would be two keys */
export function createSessionRecords(store: KeyCacheStore, control: ControlClient): SessionRecords {
  let latest: { token: string; seal: Promise<Seal> } | undefined;

  /** Kept, since deriving its keys takes longer than all the rest. */
  function sealOf(token: string): Promise<Seal> {
    if (latest?.token !== token) latest = { token, seal: createSeal(token) };
    return latest.seal;
  }

  async function open(
    session: string,
  ): Promise<{ seal: Seal; name: string; sealed?: string; keys: SessionKeyring }> {
    const seal = await sealOf(control.token());
    const name = await seal.nameOf(JSON.stringify([control.apiUrl(), session]));
    const sealed = await store.get(name).catch(unavailable);
    if (sealed === undefined) return { seal, name, keys: {} };
    const text = await seal.open(name, sealed);
    return { seal, name, sealed, keys: text === undefined ? {} : JSON.parse(text) };
  }

  return {
    read: async (session) => (await open(session)).keys,

    async change(session, edit) {
      for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
        const { seal, name, sealed, keys } = await open(session);
        const edited = edit(keys);
        if (edited === undefined) return keys;
        const kept = withoutLongDead(edited);
        const ends = Object.values(kept).map(({ expiresAt }) => expiresAt);
        const value = ends.length === 0 ? undefined : await seal.seal(name, JSON.stringify(kept));
        const ttlMs = Math.max(1, Math.ceil(Math.max(...ends) + GRACE_MS - Date.now()));
        if (await store.replace(name, sealed, value, ttlMs).catch(unavailable)) return kept;
      }
      return unavailable(new Error(`another process was quicker ${MOST_ATTEMPTS} times`));
    },
  };
}

function withoutLongDead(keys: SessionKeyring): SessionKeyring {
  return Object.fromEntries(
    Object.entries(keys).filter(([, { expiresAt }]) => expiresAt + GRACE_MS > Date.now()),
  );
}

function unavailable(cause: unknown): never {
  throw new VaultKeyUnavailableError({
    message:
      "The store of the key cache failed, so no vault key was used. Check that the store can be reached (its error is the cause), then retry.",
    cause,
  });
}
