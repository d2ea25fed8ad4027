import { createKeyCache, createRedisKeyCacheStore, type KeyCache } from "@keybrake/core";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createKeybrakeServer } from "./index.ts";
import { keyCacheStoreCases } from "./key-cache-store-cases.ts";

const TOKEN = "kb_only_for_this_test";
const url = inject("redisUrl");
const ioredis = new Redis(url);
const nodeRedis = createClient({ url });
const stores = {
  ioredis: createRedisKeyCacheStore((command, ...args) => ioredis.call(command, ...args)),
  "node-redis": createRedisKeyCacheStore((...command) => nodeRedis.sendCommand(command)),
};

beforeAll(async () => {
  await nodeRedis.connect();
});
afterAll(async () => {
  await nodeRedis.close();
  await ioredis.quit();
});

describe.each(Object.entries(stores))("a Redis store over %s", (_client, store) => {
  it.each(keyCacheStoreCases)("$name", ({ run }) => run(store));

  it("forgets a value when its time is over", async () => {
    const name = crypto.randomUUID();
    await store.replace(name, undefined, "value", 50);
    while ((await store.get(name)) !== undefined) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await ioredis.exists(`keybrake:sessions:${name}`)).toBe(0);
  });
});

describe("processes that share sessions in Redis", () => {
  const keybrake = createKeybrakeServer({ token: TOKEN });
  const policy = { label: "chat-42", vendor: "stripe", totalUsdCap: 20, expiresIn: "10m" } as const;

  beforeAll(() => keybrake.listen());
  afterAll(() => keybrake.close());

  function startProcess(connection = ioredis): KeyCache {
    return createKeyCache({
      client: keybrake.client(),
      store: createRedisKeyCacheStore((command, ...args) => connection.call(command, ...args)),
    });
  }

  it("have one key for a session, even where they begin at once, and leave no token in Redis", async () => {
    const session = crypto.randomUUID();
    const issuedBefore = keybrake.issued.length;
    const processes = Array.from({ length: 5 }, () => startProcess());
    const ids = await Promise.all(processes.map((each) => each.use(session, policy, ({ id }) => id)));
    expect(new Set(ids).size).toBe(1);
    const living = keybrake.keys.filter(({ id, status }) => ids.includes(id) && status === "active");
    expect(living).toHaveLength(1);

    const held = await Promise.all((await ioredis.keys("*")).map((key) => ioredis.get(key)));
    for (const { token } of keybrake.issued.slice(issuedBefore)) expect(held.join()).not.toContain(token);
    expect(held.join()).not.toContain(TOKEN);

    await processes[0]?.end(session);
    const idsAfter = await Promise.all(processes.map((each) => each.use(session, policy, ({ id }) => id)));
    expect(idsAfter).not.toContain(ids[0]);
  });

  it("issue nothing while Redis can't be reached", async () => {
    const gone = new Redis(url, { maxRetriesPerRequest: 0, enableOfflineQueue: false });
    gone.on("error", () => {});
    gone.disconnect();
    const issuedBefore = keybrake.issued.length;
    const cache = startProcess(gone);
    await expect(cache.use("any", policy, () => "ran")).rejects.toMatchObject({
      code: "vault_key_unavailable",
    });
    expect(keybrake.issued).toHaveLength(issuedBefore);
  });
});
