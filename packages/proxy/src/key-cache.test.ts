// The key cache of @keybrake/core on a real proxy, at times of the test's choice.
import {
  createKeybrake,
  createKeyCache,
  createMemoryKeyCacheStore,
  type Keybrake,
  type KeyCache,
  type Policy,
} from "@keybrake/core";
import { startStripeSandbox } from "@keybrake/sandbox";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { createProxy } from "./create-proxy.ts";

const TOKEN = "kb_cache_token";
const MINUTE_MS = 60_000;
const policy: Policy = { label: "chat", vendor: "stripe", totalUsdCap: 50, expiresIn: "10m" };

let sandbox: Awaited<ReturnType<typeof startStripeSandbox>>;
let proxy: ReturnType<typeof createProxy>;
let client: Keybrake;
let cache: KeyCache;
let proxyAheadMs = 0;

beforeAll(async () => {
  sandbox = await startStripeSandbox();
  proxy = createProxy(
    {
      listen: "127.0.0.1:0",
      tokens: [{ name: "cache", token: TOKEN }],
      vendors: { stripe: { upstream: sandbox.url, credential: sandbox.secretKey } },
      limits: { max_lifetime: "30m" },
    },
    { environment: {}, clock: () => Date.now() + proxyAheadMs },
  );
  const { url } = await proxy.listen();
  client = createKeybrake({ token: TOKEN, apiUrl: url });
});
afterAll(async () => {
  await proxy.close({ graceMs: 0 });
  await sandbox.close();
});
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  proxyAheadMs = 0;
  cache = createKeyCache({ client });
});

afterEach(() => {
  vi.useRealTimers();
});

/** One charge of 20 USD in the session: which key it was, and what the proxy said. */
function charge(session: string, by = cache): Promise<{ id: string; status: number }> {
  const body = new URLSearchParams({ amount: "2000", currency: "usd" });
  return by.use(session, policy, async (key) => {
    const { status } = await key.rawFetch("/v1/payment_intents", { method: "POST", body });
    return { id: key.id, status };
  });
}

const pass = (minutes: number): void => {
  vi.setSystemTime(Date.now() + minutes * MINUTE_MS);
};

it("holds one cap through the extensions of a session, however many call", async () => {
  const calls = await Promise.all(Array.from({ length: 10 }, () => charge("extended")));
  for (let extensions = 0; extensions < 3; extensions++) {
    pass(6);
    calls.push(await charge("extended"));
  }
  expect(new Set(calls.map(({ id }) => id)).size).toBe(1);
  expect(calls.filter(({ status }) => status === 200)).toHaveLength(2);
  expect(calls.filter(({ status }) => status === 429)).toHaveLength(11);
});

it("takes a new key at the end of the longest life, while the old one still has time", async () => {
  const { id } = await charge("long");
  for (let minutes = 0; minutes < 24; minutes += 6) {
    pass(6);
    expect((await charge("long")).id).toBe(id);
  }
  pass(2);
  const next = await charge("long");
  expect(next).toMatchObject({ status: 200 });
  expect(next.id).not.toBe(id);
  expect((await client.getKey(id)).status).toBe("active");
});

it("takes a new key after a time without calls", async () => {
  const { id } = await charge("idle");
  pass(11);
  const next = await charge("idle");
  expect(next).toMatchObject({ status: 200 });
  expect(next.id).not.toBe(id);
});

it("takes a new key after the kill switch, at the second call", async () => {
  const { id } = await charge("killed");
  await client.revokeKeys({ labelPrefix: "chat" });
  expect(await charge("killed")).toEqual({ id, status: 401 });
  const next = await charge("killed");
  expect(next).toMatchObject({ status: 200 });
  expect(next.id).not.toBe(id);
});

it.each([-60, -5, 11, 50])("shares a key with a process whose clock is %i minutes ahead", async (ahead) => {
  const store = createMemoryKeyCacheStore();
  const right = createKeyCache({ client, store });
  const wrong = createKeyCache({ client, store });
  const { id } = await charge("skewed", right);
  const now = Date.now();
  vi.setSystemTime(now + ahead * MINUTE_MS);
  proxyAheadMs = -ahead * MINUTE_MS;
  expect((await charge("skewed", wrong)).id).toBe(id);
  vi.setSystemTime(now);
  proxyAheadMs = 0;
  expect((await charge("skewed", right)).id).toBe(id);
});

it("ends all keys of a session, also one that has expired", async () => {
  const { id } = await charge("ended");
  pass(11);
  await cache.end("ended");
  expect((await client.getKey(id)).status).toBe("revoked");
  expect((await charge("ended")).id).not.toBe(id);
});
