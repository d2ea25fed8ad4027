import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { breaks, createFakeApi, issuedKey, refusal, SECRET } from "../test-support/fake-api.ts";
import {
  CapExhaustedError,
  createKeybrake,
  KeyExpiredError,
  KeyRevokedError,
  type VaultKey,
} from "./index.ts";

let api: ReturnType<typeof createFakeApi>;
let key: VaultKey;

beforeEach(async () => {
  api = createFakeApi();
  const client = createKeybrake({ token: "kb", fetch: api.fetch, retry: { attempts: 0, delayMs: 0 } });
  vi.useFakeTimers();
  key = await client.issue({ label: "agent/7", vendor: "stripe", uncapped: true, expiresIn: "10m" });
});

afterEach(() => {
  vi.useRealTimers();
});

const minutes = (count: number): Promise<unknown> => vi.advanceTimersByTimeAsync(count * 60_000);

describe("fetch", () => {
  it.each([
    ["/v1/charges?limit=3", "https://proxy.keybrake.com/stripe/v1/charges?limit=3"],
    ["https://api.stripe.com/v1/charges?limit=3", "https://proxy.keybrake.com/stripe/v1/charges?limit=3"],
    [new URL("https://files.stripe.com/v1/files"), "https://proxy.keybrake.com/stripe/v1/files"],
    ["https://proxy.keybrake.com/stripe/v1/charges", "https://proxy.keybrake.com/stripe/v1/charges"],
    ["//evil.test/v1/charges", "https://proxy.keybrake.com/stripe//evil.test/v1/charges"],
    ["https://proxy.keybrake.com.evil.test/stripe/x", "https://proxy.keybrake.com/stripe/stripe/x"],
    ["https://proxy.keybrake.com/stripes/x", "https://proxy.keybrake.com/stripe/stripes/x"],
    ["https://user:secret@api.stripe.com/v1/charges#top", "https://proxy.keybrake.com/stripe/v1/charges"],
  ])("sends %s to the proxy", async (input, expected) => {
    await key.fetch(input);
    const asked = api.asked.at(-1);
    expect(asked?.url.href).toBe(expected);
    expect(asked?.headers.get("authorization")).toBe(`Bearer ${SECRET}`);
    expect(asked?.init).toMatchObject({ redirect: "manual", cache: "no-store" });
  });

  it("takes the token nowhere but to the proxy, whatever the URL", async () => {
    const urls = fc.oneof(
      fc.webUrl({ withQueryParameters: true, withFragments: true }),
      fc.webPath().map((path) => `/${path}`),
      fc.string().map((text) => `/${text}`),
    );
    await fc.assert(
      fc.asyncProperty(urls, async (url) => {
        await key.fetch(url);
        expect(api.asked.at(-1)?.url.origin).toBe("https://proxy.keybrake.com");
      }),
    );
  });

  it("keeps method, headers and body, of a Request too", async () => {
    const init = {
      method: "POST",
      headers: { "idempotency-key": "once", authorization: "Bearer mine" },
      body: "a=1",
    };
    await key.fetch("/v1/charges", init);
    await key.fetch(new Request("https://api.stripe.com/v1/charges", init));
    for (const asked of api.asked.slice(-2)) {
      expect([asked.method, asked.url.pathname, asked.body]).toEqual(["POST", "/stripe/v1/charges", "a=1"]);
      expect(asked.headers.get("idempotency-key")).toBe("once");
      expect(asked.headers.get("authorization")).toBe(`Bearer ${SECRET}`);
    }
  });

  it("hands on the vendor's answers untouched, errors and redirects too", async () => {
    for (const status of [200, 302, 402, 404, 429, 500]) {
      const answer = new Response("as it is", { status, headers: { location: "https://elsewhere.test" } });
      api.next(() => answer);
      expect(await key.fetch("/v1/charges")).toBe(answer);
    }
  });

  it("throws a refusal; rawFetch hands it back", async () => {
    const refused = () => refusal("cap_exhausted");
    api.next(refused, refused);
    await expect(key.fetch("/v1/charges")).rejects.toBeInstanceOf(CapExhaustedError);
    const response = await key.rawFetch("/v1/charges");
    expect(response.status).toBe(429);
    expect(await response.json()).toMatchObject({ code: "cap_exhausted" });
  });

  it("keeps the refusal for a spent cap, for whoever calls through an SDK", async () => {
    expect(key.capRefusal).toBeUndefined();
    api.next(
      () => refusal("endpoint_not_allowed"),
      () => refusal("cap_exhausted", { details: { limit: "key:daily", resets_at: "2026-01-16T00:00:00Z" } }),
    );
    await key.rawFetch("/v1/charges");
    expect(key.capRefusal).toBeUndefined();
    await key.rawFetch("/v1/charges");
    expect(key.capRefusal).toBeInstanceOf(CapExhaustedError);
    expect(key.capRefusal?.details).toEqual({ limit: "key:daily", resetsAt: "2026-01-16T00:00:00Z" });
  });

  it("does not repeat a vendor's call, whatever happens to it", async () => {
    const before = api.asked.length;
    api.next(breaks);
    await expect(key.fetch("/v1/charges", { method: "POST" })).rejects.toBeInstanceOf(TypeError);
    expect(api.asked).toHaveLength(before + 1);
  });

  it("refuses what is no URL and no path", async () => {
    await expect(key.fetch("v1/charges")).rejects.toBeInstanceOf(TypeError);
  });
});

describe("signal", () => {
  it("aborts when the key expires", async () => {
    const { signal } = key;
    await minutes(9.9);
    expect(signal.aborted).toBe(false);
    await minutes(0.1);
    expect(signal.reason).toBeInstanceOf(KeyExpiredError);
  });

  it("is aborted already where it is first asked for too late", async () => {
    await minutes(10);
    expect(key.signal.reason).toBeInstanceOf(KeyExpiredError);
  });

  it("follows an extension", async () => {
    const { signal } = key;
    await minutes(5);
    await key.extend("20m");
    await minutes(19);
    expect(signal.aborted).toBe(false);
    await minutes(1);
    expect(signal.reason).toBeInstanceOf(KeyExpiredError);
  });

  it("waits for a life that is longer than a timer can hold", async () => {
    await key.extend("60d");
    const { signal } = key;
    await minutes(59 * 24 * 60);
    expect(signal.aborted).toBe(false);
    await minutes(24 * 60);
    expect(signal.reason).toBeInstanceOf(KeyExpiredError);
  });

  it("aborts on revoke, whether Keybrake can be reached or not", async () => {
    const { signal } = key;
    api.next(breaks);
    await expect(key.revoke()).rejects.toMatchObject({ code: "vault_key_unavailable" });
    expect(signal.reason).toBeInstanceOf(KeyRevokedError);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("cuts a call that was given it", async () => {
    const { signal } = key;
    const stream = new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });
    await key.revoke();
    await expect(stream).rejects.toBeInstanceOf(KeyRevokedError);
  });
});

describe("extend", () => {
  it("takes what Keybrake grants", async () => {
    const granted = issuedKey({ expires_in: "1h" });
    api.next(() => Response.json(granted));
    await key.extend("24h");
    expect(api.asked.at(-1)?.url.pathname).toBe("/v1/keys/key_1/extend");
    expect(api.asked.at(-1)?.body).toBe('{"expires_in":"24h"}');
    expect(key.expiresAt.toISOString()).toBe(granted.expires_at);
  });

  it.each([
    ["key_expired", KeyExpiredError],
    ["key_revoked", KeyRevokedError],
  ] as const)("says %s when it is too late", async (code, type) => {
    const before = key.expiresAt;
    api.next(() => refusal(code));
    await expect(key.extend("5m")).rejects.toBeInstanceOf(type);
    expect(key.expiresAt).toEqual(before);
  });
});

describe("revoke", () => {
  it("gives a receipt, and the same one to everybody who asks", async () => {
    const receipts = await Promise.all([key.revoke(), key.revoke()]);
    expect([...receipts, await key.revoke()]).toEqual(Array(3).fill({ calls: 1, heldUsd: 2.5 }));
    expect(api.askedFor(/^DELETE/)).toHaveLength(1);
  });

  it("tries again after a failure", async () => {
    api.next(breaks);
    await expect(key.revoke()).rejects.toThrow();
    expect(await key.revoke()).toEqual({ calls: 1, heldUsd: 2.5 });
  });

  it("is not taken for done when something else than Keybrake answers", async () => {
    const page = () => new Response("<html>Please sign in</html>");
    const other = () => Response.json({ ok: true });
    api.next(page, other);
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(key.revoke()).rejects.toMatchObject({ code: "vault_key_unavailable" });
    }
    expect(await key.revoke()).toEqual({ calls: 1, heldUsd: 2.5 });
  });

  it("aborts a signal that is asked for afterwards", async () => {
    await key.revoke();
    expect(key.signal.reason).toBeInstanceOf(KeyRevokedError);
    expect(key.signal.reason).toBe(key.signal.reason);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is what `await using` does at the end of the block", async () => {
    const client = createKeybrake({ token: "kb", fetch: api.fetch });
    let id: string;
    {
      await using scoped = await client.issue({ label: "agent/8", vendor: "stripe", uncapped: true });
      id = scoped.id;
      expect(api.askedFor(/^DELETE/)).toHaveLength(0);
    }
    expect(api.askedFor(/^DELETE/).map(({ url }) => url.pathname)).toEqual([`/v1/keys/${id}`]);
  });
});
