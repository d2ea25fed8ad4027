import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { breaks, createFakeApi, issuedKey, refusal, SECRET } from "../test-support/fake-api.ts";
import {
  createKeybrake,
  createKeyCache,
  createMemoryKeyCacheStore,
  type IssuePolicy,
  type Keybrake,
  type KeybrakeEvent,
  type KeyCache,
  type KeyCacheStore,
  KeyRevokedError,
  type VaultKey,
  VaultKeyUnavailableError,
} from "./index.ts";

const policy: IssuePolicy = { label: "chat-42", vendor: "stripe", totalUsdCap: 20, expiresIn: "10m" };
const MINUTE_MS = 60_000;

let api: ReturnType<typeof createFakeApi>;
let events: KeybrakeEvent[];
let client: Keybrake;
let store: KeyCacheStore;
let cache: KeyCache;

function connect(token = "kb_5ecret_of_the_backend", apiUrl = "https://api.example"): Keybrake {
  return createKeybrake({
    token,
    apiUrl,
    fetch: api.fetch,
    retry: { attempts: 0, delayMs: 0 },
    onEvent: (event) => events.push(event),
  });
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  api = createFakeApi();
  events = [];
  client = connect();
  store = createMemoryKeyCacheStore();
  cache = createKeyCache({ client, store });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const issued = (): number => api.askedFor(/^POST \/v1\/keys$/).length;
const revocations = (): string[] => api.askedFor(/^DELETE /).map(({ url }) => url.pathname.slice(9));
const extensions = (): number => api.askedFor(/extend$/).length;
const pass = (minutes: number): void => {
  vi.setSystemTime(Date.now() + minutes * MINUTE_MS);
};
const idOf = (key: VaultKey): string => key.id;
const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("one key for a session", () => {
  it("is issued by the first call and not revoked by any", async () => {
    expect(await cache.use("s", policy, idOf)).toBe("key_1");
    expect(await cache.use("s", policy, idOf)).toBe("key_1");
    expect([issued(), revocations()]).toEqual([1, []]);
    expect(JSON.parse(api.asked[0]?.body ?? "")).toEqual({
      label: "chat-42",
      vendor: "stripe",
      total_usd_cap: 20,
      expires_in: "10m",
    });
  });

  it("works as a key does", async () => {
    await cache.use("s", policy, idOf);
    await cache.use("s", policy, async (key) => {
      expect(key.toJSON()).toMatchObject({
        vendor: "stripe",
        label: "chat-42",
        baseUrl: "https://api.example/stripe",
        tracked: true,
        token: "[redacted]",
      });
      await key.fetch("/v1/charges");
    });
    const call = api.askedFor(/stripe/)[0];
    expect(call?.url.href).toBe("https://api.example/stripe/v1/charges");
    expect(call?.headers.get("authorization")).toBe(`Bearer ${SECRET}`);
  });

  it("is issued once for calls that come at the same time", async () => {
    const ids = await Promise.all(Array.from({ length: 50 }, () => cache.use("s", policy, idOf)));
    expect(new Set(ids)).toEqual(new Set(["key_1"]));
    expect(issued()).toBe(1);
  });

  it("is shared with another process that has the store, also where both begin at once", async () => {
    const caches = Array.from({ length: 5 }, () => createKeyCache({ client: connect(), store }));
    const ids = await Promise.all(caches.map((one) => one.use("s", policy, idOf)));
    expect(new Set(ids).size).toBe(1);
    expect(revocations().sort()).toEqual(
      Array.from({ length: issued() }, (_, index) => `key_${index + 1}`).filter((id) => id !== ids[0]),
    );
    expect(await createKeyCache({ client: connect(), store }).use("s", policy, idOf)).toBe(ids[0]);
  });

  it("hands on what the work returns or throws", async () => {
    const mishap = new Error("mishap");
    expect(await cache.use("s", policy, () => 42)).toBe(42);
    expect(await rejection(cache.use("s", policy, () => Promise.reject(mishap)))).toBe(mishap);
    expect(issued()).toBe(1);
  });

  it("comes from the client of the environment where none is given", async () => {
    vi.stubEnv("KEYBRAKE_TOKEN", "kb_environment");
    vi.stubGlobal("fetch", api.fetch);
    const own = createKeyCache();
    expect(await own.use("s", policy, idOf)).toBe(await own.use("s", policy, idOf));
    vi.unstubAllEnvs();
    vi.unstubAllGlobals();
    expect(api.asked[0]?.headers.get("authorization")).toBe("Bearer kb_environment");
  });

  it("is not shared with the tenant that the environment names later", async () => {
    vi.stubEnv("KEYBRAKE_TOKEN", "kb_one_tenant");
    vi.stubGlobal("fetch", api.fetch);
    const own = createKeyCache({ client: createKeybrake() });
    await own.use("s", policy, idOf);
    vi.stubEnv("KEYBRAKE_TOKEN", "kb_another_tenant");
    expect(await own.use("s", policy, idOf)).toBe("key_2");
    vi.unstubAllEnvs();
    vi.unstubAllGlobals();
  });

  it("needs a client of this package", () => {
    expect(() => createKeyCache({ client: { ...client } })).toThrow(TypeError);
  });
});

describe("what is never shared", () => {
  it.each<[string, IssuePolicy]>([
    ["another label", { ...policy, label: "chat-43" }],
    ["another vendor", { ...policy, vendor: "resend" }],
    ["another cap", { ...policy, totalUsdCap: 20.000001 }],
    ["another life", { ...policy, expiresIn: "11m" }],
    ["other endpoints", { ...policy, allowedEndpoints: ["GET /*"] }],
    ["other budgets", { ...policy, budgets: ["user:1"] }],
    ["another mode", { ...policy, mode: "test" }],
    ["other metadata", { ...policy, metadata: { a: "b" } }],
    ["what this version does not know", { ...policy, later: 1 } as IssuePolicy],
  ])("a key for %s", async (_name, other) => {
    const ids = [await cache.use("s", policy, idOf), await cache.use("s", other, idOf)];
    expect(ids).toEqual(["key_1", "key_2"]);
    expect(await cache.use("s", policy, idOf)).toBe("key_1");
    expect(await cache.use("s", other, idOf)).toBe("key_2");
  });

  it.each([
    ["another session", "t", "kb_5ecret_of_the_backend", "https://api.example"],
    ["another tenant", "s", "kb_another_tenant", "https://api.example"],
    ["another Keybrake", "s", "kb_5ecret_of_the_backend", "https://other.example"],
  ])("a key of %s", async (_name, session, token, apiUrl) => {
    await cache.use("s", policy, idOf);
    const other = createKeyCache({ client: connect(token, apiUrl), store });
    expect(await other.use(session, policy, idOf)).toBe("key_2");
    await other.end(session);
    expect(revocations()).toEqual(["key_2"]);
    expect(await cache.use("s", policy, idOf)).toBe("key_1");
  });

  it("a stand-in for a Keybrake that was away", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const open = { ...policy, failOpen: () => ({ token: "sk_own", baseUrl: "https://api.stripe.com" }) };
    api.next(breaks);
    expect(await cache.use("s", open, (key) => key.tracked)).toBe(false);
    expect(await cache.use("s", open, (key) => key.tracked)).toBe(true);
  });
});

describe("renewal", () => {
  it("extends a key that has less than half of its life left, and counts on", async () => {
    await cache.use("s", policy, idOf);
    pass(4);
    await cache.use("s", policy, idOf);
    expect(extensions()).toBe(0);
    pass(2);
    const lives = await Promise.all(
      Array.from({ length: 5 }, () => cache.use("s", policy, (key) => key.expiresAt.getTime() - Date.now())),
    );
    expect(new Set(lives)).toEqual(new Set([10 * MINUTE_MS]));
    pass(4);
    expect(await cache.use("s", policy, idOf)).toBe("key_1");
    expect([issued(), extensions(), revocations()]).toEqual([1, 1, []]);
  });

  it.each(["key_expired", "key_revoked", "not_found"] as const)("issues anew after %s", async (code) => {
    await cache.use("s", policy, idOf);
    pass(11);
    api.next(() => refusal(code));
    expect(await cache.use("s", policy, idOf)).toBe("key_2");
    expect(await cache.use("s", policy, idOf)).toBe("key_2");
    expect(issued()).toBe(2);
  });

  it("believes Keybrake's clock more than its own", async () => {
    await cache.use("s", policy, idOf);
    pass(30);
    expect(await cache.use("s", policy, idOf)).toBe("key_1");
    expect([issued(), extensions()]).toEqual([1, 1]);
  });

  it("takes its own clock for wrong where Keybrake extends what seems to be over, at the very same moment", async () => {
    const expires_at = new Date(Date.now() + 10 * MINUTE_MS).toISOString();
    api.next(() => Response.json(issuedKey({ expires_at }), { status: 201 }));
    await cache.use("s", policy, idOf);
    pass(30);
    api.next(() => Response.json(issuedKey({ expires_at })));
    expect(await cache.use("s", policy, idOf)).toBe("key_1");
    expect(issued()).toBe(1);
  });

  it("issues anew where the key can't live longer, and leaves the old one to those who use it", async () => {
    const end = new Date(Date.now() + 10 * MINUTE_MS).toISOString();
    await cache.use("s", policy, idOf);
    pass(6);
    api.next(() => Response.json(issuedKey({ expires_at: end })));
    expect(await cache.use("s", policy, idOf)).toBe("key_2");
    expect(revocations()).toEqual([]);
  });

  it("goes on with a living key while Keybrake is away, and not with a dead one", async () => {
    await cache.use("s", policy, idOf);
    pass(6);
    api.next(breaks);
    expect(await cache.use("s", policy, idOf)).toBe("key_1");
    expect(events.at(-1)).toMatchObject({ type: "extend_failed", keyId: "key_1" });
    pass(5);
    api.next(breaks);
    const use = vi.fn();
    expect(await rejection(cache.use("s", policy, use))).toBeInstanceOf(VaultKeyUnavailableError);
    expect(use).not.toHaveBeenCalled();
    expect(issued()).toBe(1);
  });
});

describe("a key that somebody ended", () => {
  const ended = (status: "revoked" | "active"): (() => Response) => {
    const spend = { daily_usd: 0, total_usd: 0, held_usd: 0, unknown_usd: 0, calls: 1, remaining_usd: null };
    return () =>
      Response.json({
        ...issuedKey({ status }),
        spend: { ...spend, resets_at: "2026-01-16T00:00:00Z" },
      });
  };

  it.each<[string, (key: VaultKey) => unknown]>([
    ["throws our error", (key) => key.fetch("/v1/charges")],
    ["swallows it", (key) => key.fetch("/v1/charges").catch(() => "swallowed")],
    ["calls as SDKs do", (key) => key.rawFetch("/v1/charges").then(({ status }) => status)],
    [
      "throws as the Twilio SDK does, over a connection of its own",
      async (key) => {
        const { code } = (await (await api.fetch(`${key.baseUrl}/v1/charges`)).json()) as { code: string };
        throw Object.assign(new Error(code), { code });
      },
    ],
    [
      "returns what the Resend SDK returns",
      async (key) => ({
        data: null,
        error: await (await api.fetch(`${key.baseUrl}/v1/charges`)).json(),
      }),
    ],
  ])("is forgotten after a call that %s; the call itself is not repeated", async (_name, use) => {
    await cache.use("s", policy, idOf);
    api.next(() => refusal("key_revoked"), ended("revoked"));
    await cache
      .use("s", policy, use)
      .catch((error: unknown) => expect(error).toMatchObject({ code: "key_revoked" }));
    expect(api.askedFor(/stripe/)).toHaveLength(1);
    expect(await cache.use("s", policy, idOf)).toBe("key_2");
  });

  it("hands the very refusal on", async () => {
    api.next(
      (asked) => Response.json(issuedKey(JSON.parse(asked.body)), { status: 201 }),
      () => refusal("key_revoked"),
    );
    const error = await rejection(cache.use("s", policy, (key) => key.fetch("/v1/charges")));
    expect(error).toBeInstanceOf(KeyRevokedError);
  });

  it.each([
    ["where Keybrake says that it lives", ended("active")],
    ["where Keybrake says nothing", breaks],
  ])("is kept %s: a vendor's text must not buy new caps", async (_name, answer) => {
    await cache.use("s", policy, idOf);
    api.next(answer);
    await cache.use("s", policy, () => ({ code: "key_revoked" }));
    expect(await cache.use("s", policy, idOf)).toBe("key_1");
  });

  it("is kept where the refusal is another", async () => {
    api.next(
      (asked) => Response.json(issuedKey(JSON.parse(asked.body)), { status: 201 }),
      () => refusal("cap_exhausted"),
    );
    await rejection(cache.use("s", policy, (key) => key.fetch("/v1/charges")));
    expect(await cache.use("s", policy, idOf)).toBe("key_1");
  });
});

describe("the end of a session", () => {
  it("revokes its keys and no others; the next call starts anew", async () => {
    await cache.use("s", policy, idOf);
    await cache.use("s", { ...policy, vendor: "resend" }, idOf);
    await cache.use("t", policy, idOf);
    await cache.end("s");
    expect(revocations().sort()).toEqual(["key_1", "key_2"]);
    await cache.end("s");
    expect(revocations()).toHaveLength(2);
    expect(await cache.use("s", policy, idOf)).toBe("key_4");
    expect(await cache.use("t", policy, idOf)).toBe("key_3");
  });

  it("revokes a key that was just being issued", async () => {
    const call = cache.use("s", policy, idOf);
    await cache.end("s");
    expect(revocations()).toEqual([await call]);
  });

  it("fails where a key can't be revoked, and can be tried again", async () => {
    await cache.use("s", policy, idOf);
    api.next(breaks);
    expect(await rejection(cache.end("s"))).toBeInstanceOf(VaultKeyUnavailableError);
    await cache.end("s");
    expect(revocations()).toEqual(["key_1", "key_1"]);
  });

  it("takes a key for ended that Keybrake does not remember", async () => {
    await cache.use("s", policy, idOf);
    api.next(() => refusal("not_found"));
    await cache.end("s");
    expect(await cache.use("s", policy, idOf)).toBe("key_2");
  });

  it("is nothing for a session that never was", async () => {
    await cache.end("never");
    expect(api.asked).toEqual([]);
  });
});

describe("the store", () => {
  /** A store that others can read, and what it was asked to hold. */
  function observe(inner: KeyCacheStore): KeyCacheStore & { held: Map<string, string | undefined> } {
    const held = new Map<string, string | undefined>();
    return {
      held,
      get: inner.get,
      async replace(name, expected, value, ttlMs) {
        const done = await inner.replace(name, expected, value, ttlMs);
        if (done) held.set(name, value);
        return done;
      },
    };
  }

  it("holds nothing that says anything", async () => {
    const observed = observe(store);
    await createKeyCache({ client, store: observed }).use("alice@example.com", policy, idOf);
    expect(observed.held.size).toBe(1);
    const text = [...observed.held].flat().join(" ");
    const plain = ["alice", "vk_", SECRET, "key_1", "chat-42", "stripe", "kb_5ecret_of_the_backend"];
    const hex = (secret: string): string =>
      Array.from(new TextEncoder().encode(secret), (byte) => byte.toString(16).padStart(2, "0")).join("");
    for (const secret of plain.flatMap((one) => [one, btoa(one).slice(0, 4), hex(one)])) {
      expect(text).not.toContain(secret);
    }
  });

  it.each<[string, (value: string) => string]>([
    ["changed", (value) => value.replace(/.$/, (last) => (last === "0" ? "1" : "0"))],
    ["cut off", (value) => value.slice(0, -2)],
    ["too short", () => "00"],
    ["replaced by something else", () => "not even hexadecimal"],
  ])("is not believed where what it holds was %s", async (_name, change) => {
    const observed = observe(store);
    const own = createKeyCache({ client, store: observed });
    await own.use("s", policy, idOf);
    const [[name, value] = ["", ""]] = [...observed.held] as [string, string][];
    await store.replace(name, value, change(value), MINUTE_MS);
    expect(await own.use("s", policy, idOf)).toBe("key_2");
    expect(await own.use("s", policy, idOf)).toBe("key_2");
  });

  it("can't be made to give one session the key of another", async () => {
    const observed = observe(store);
    const own = createKeyCache({ client, store: observed });
    await own.use("alice", policy, idOf);
    await own.use("bob", policy, idOf);
    const [[alice] = [""], [bob, ofBob] = ["", ""]] = [...observed.held] as [string, string][];
    await store.replace(alice, await store.get(alice), ofBob, MINUTE_MS);
    expect(bob).not.toBe(alice);
    expect(await own.use("alice", policy, idOf)).toBe("key_3");
  });

  it("forgets the sessions that are over", async () => {
    const observed = observe(store);
    await createKeyCache({ client, store: observed }).use("s", policy, idOf);
    const [name = ""] = observed.held.keys();
    pass(69);
    expect(await store.get(name)).toBeTypeOf("string");
    pass(2);
    expect(await store.get(name)).toBeUndefined();
  });

  it.each<[string, Partial<KeyCacheStore>, number]>([
    ["can't be read", { get: () => Promise.reject(new Error("connection lost")) }, 0],
    ["can't be written", { replace: () => Promise.reject(new Error("connection lost")) }, 1],
    ["is never to be had", { replace: async () => false }, 1],
  ])("stops the work where it %s, and leaves no key behind", async (_name, fault, keys) => {
    const own = createKeyCache({ client, store: { ...store, ...fault } });
    const use = vi.fn();
    const error = await rejection(own.use("s", policy, use));
    expect(error).toBeInstanceOf(VaultKeyUnavailableError);
    expect((error as VaultKeyUnavailableError).toResponse().status).toBe(503);
    expect(use).not.toHaveBeenCalled();
    expect([issued(), revocations().length]).toEqual([keys, keys]);
  });

  it("tells onRevokeError of a superfluous key that can't be revoked", async () => {
    const onRevokeError = vi.fn();
    const fault: Partial<KeyCacheStore> = {
      async replace() {
        api.next(breaks);
        throw new Error("connection lost");
      },
    };
    const own = createKeyCache({ client, store: { ...store, ...fault }, onRevokeError });
    await rejection(own.use("s", policy, idOf));
    expect(onRevokeError).toHaveBeenCalledOnce();
    expect(events.at(-1)).toMatchObject({ type: "revoke_failed", keyId: "key_1" });
  });
});
