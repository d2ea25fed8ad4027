import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createFakeApi, issuedKey, refusal, SECRET } from "../test-support/fake-api.ts";
import { createKeybrake, type Keybrake, type KeybrakeEvent, type VaultKey } from "./index.ts";

const TOKEN = "kb_5ecret_of_the_backend";

let api: ReturnType<typeof createFakeApi>;
let client: Keybrake;
let key: VaultKey;
const events: KeybrakeEvent[] = [];

beforeEach(async () => {
  api = createFakeApi();
  client = createKeybrake({
    token: TOKEN,
    fetch: api.fetch,
    retry: { attempts: 0, delayMs: 0 },
    onEvent: (event) => events.push(event),
  });
  key = await client.issue({ label: "agent/7", vendor: "stripe", uncapped: true });
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** All that one can read off an error without trying hard. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error) ?? "";
  const own = Object.getOwnPropertyNames(error).map((name) => String(Reflect.get(error, name)));
  return [String(error), JSON.stringify(error), ...own, error.cause ? textOf(error.cause) : ""].join("\n");
}

describe("a key", () => {
  it("has its token for those who ask for it", () => {
    expect(key.token).toBe(SECRET);
  });

  it.each<[string, () => string]>([
    ["JSON", () => JSON.stringify(key)],
    ["JSON of what holds it", () => JSON.stringify({ keys: [key] })],
    ["String()", () => String(key)],
    ["a template", () => `${key}`],
    ["concatenation", () => `${key}`.concat(key.toString())],
    ["an error's message", () => textOf(new Error(`failed with ${key}`, { cause: key }))],
    ["its own properties", () => JSON.stringify(Object.entries(Object.getOwnPropertyDescriptors(key)))],
    ["a copy", () => JSON.stringify({ ...key })],
  ])("does not show its token in %s", (_name, show) => {
    const shown = show();
    expect(shown).not.toBe("");
    expect(shown).not.toContain(SECRET);
  });

  it("still says which key it is", () => {
    expect(JSON.parse(JSON.stringify(key))).toEqual({
      id: "key_1",
      vendor: "stripe",
      label: "agent/7",
      expiresAt: key.expiresAt.toISOString(),
      baseUrl: "https://proxy.keybrake.com/stripe",
      tracked: true,
      token: "[redacted]",
    });
    expect(String(key)).toBe("VaultKey key_1 (stripe)");
  });

  it("can't be cloned, and the error does not show the token", () => {
    let error: unknown;
    try {
      structuredClone(key);
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({ name: "DataCloneError" });
    expect(textOf(error)).not.toContain(SECRET);
  });
});

describe("errors and events", () => {
  const shownIn = async (work: Promise<unknown>): Promise<string> => {
    const error = await work.then(
      () => expect.unreachable("should have failed"),
      (caught: unknown) => caught,
    );
    return textOf(error);
  };

  it.each<[string, (asked: { headers: Headers }) => Response]>([
    ["a refusal", () => refusal("cap_exhausted")],
    ["an answer cut short", () => new Response(JSON.stringify(issuedKey({})).slice(0, -20))],
    [
      "an answer that is broken after the token",
      () => new Response(`{"id":"key_1","token":"${SECRET}" oops`),
    ],
    ["an answer that is broken at the token", () => new Response(`{"token":${SECRET}}`)],
    ["an answer that is the token", () => new Response(SECRET)],
    ["an answer of another shape", () => Response.json({ token: SECRET, secret: [SECRET] })],
    ["an answer with a wrong field", () => Response.json(issuedKey({ vendor: SECRET }))],
    [
      "a fetch that fails",
      () => {
        throw new TypeError("fetch failed", { cause: new Error("ECONNREFUSED 127.0.0.1:4242") });
      },
    ],
  ])("hold no token after %s", async (_name, answer) => {
    const policy = { label: "agent/7", vendor: "stripe", uncapped: true } as const;
    api.next(answer);
    const shown = await shownIn(client.issue(policy));
    // A part of it would be a leak as well.
    for (const part of [SECRET.slice(0, 10), SECRET.slice(-8)]) expect(shown).not.toContain(part);
    expect(shown).not.toContain(TOKEN);
    api.next(answer);
    expect(await shownIn(client.withVaultKey(policy, () => "done"))).not.toContain(SECRET.slice(-8));
  });

  it("hold no token through a whole life", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    await key.extend("10m");
    api.next(() => refusal("key_revoked"));
    await key.fetch("/v1/charges").catch((error: unknown) => {
      expect(textOf(error)).not.toContain(SECRET);
    });
    await key.revoke();
    api.next(() => refusal("store_unavailable"));
    const failOpen = () => ({ token: SECRET, baseUrl: "https://api.stripe.com" });
    const standIn = await client.issue({ label: "agent/7", vendor: "stripe", uncapped: true, failOpen });
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["issued", "extended", "revoked", "fail_open"]),
    );
    for (const text of [
      JSON.stringify(events),
      String(warn.mock.calls),
      JSON.stringify(standIn),
      `${standIn}`,
    ]) {
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain(TOKEN);
    }
  });
});
