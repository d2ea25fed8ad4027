import { createRedisLedger } from "@keybrake/ledger";
import { expect, it, onTestFinished } from "vitest";
import {
  askRedis,
  findPort,
  type RedisOptions,
  type RedisServer,
  startRedis,
  startSentinel,
} from "../../../../tooling/redis-server.ts";
import { createProxy } from "../../src/create-proxy.ts";
import { type IssuedKey, KEYBRAKE_TOKEN, startForTest } from "../../test-support/start-for-test.ts";
import { until } from "../../test-support/until.ts";

const DURABLE = ["--appendonly", "yes", "--appendfsync", "always"];
const PASSWORD = "canary-password-71c0";

async function startOwnRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const redis = await startRedis(options);
  onTestFinished(() => redis.remove());
  return redis;
}

it("forwards nothing while Redis is down, and serves again with all its books when it is back", async () => {
  const redis = await startOwnRedis({ args: DURABLE });
  const bench = await startForTest({ wrapStore: () => createRedisLedger({ url: redis.url }) });
  const key = await bench.issue({ total_usd_cap: 100 });
  expect((await bench.charge(key)).status).toBe(200);

  await redis.kill();
  for (let count = 0; count < 3; count++) {
    const answer = await bench.charge(key);
    expect([answer.status, answer.headers["x-keybrake-code"]]).toEqual([503, "store_unavailable"]);
  }
  expect((await bench.control("POST", "/v1/keys", { label: "a", vendor: "stripe" })).status).toBe(503);
  expect((await bench.control("GET", "/readyz")).status).toBe(503);
  expect(bench.sandbox.requests()).toHaveLength(1);

  await startOwnRedis({ port: redis.port, directory: redis.directory, args: DURABLE });
  await until("it serves again", async () => (await bench.charge(key)).status === 200);
  expect(await bench.spend(key)).toMatchObject({ total_usd: 40, held_usd: 0, remaining_usd: 60 });
  expect(bench.grossUsdMinor()).toBe(4000);
});

it("settles a call late whose end came while Redis was down", async () => {
  const redis = await startOwnRedis({ args: DURABLE });
  const bench = await startForTest({ wrapStore: () => createRedisLedger({ url: redis.url }) });
  const key = await bench.issue({ total_usd_cap: 100 });
  bench.sandbox.fail({ kind: "delay", ms: 500 });
  const charged = bench.charge(key);
  await until("it is at the vendor", async () => bench.sandbox.requests().length === 1);
  await redis.kill();
  expect((await charged).status).toBe(200);

  await startOwnRedis({ port: redis.port, directory: redis.directory, args: DURABLE });
  await until("the end has come", async () => {
    const spend = await bench.spend(key).catch(() => undefined);
    return spend?.total_usd === 20 && spend.held_usd === 0;
  });
  const audit = await bench.control("GET", "/v1/audit");
  expect(audit.json).toMatchObject({ data: [{ status: 200, outcome: "settled", cost_usd: 20 }] });
});

it.each([
  ["nobody listens", async () => `redis://user:${PASSWORD}@127.0.0.1:${await findPort()}`],
  ["the password is wrong", async () => `redis://user:${PASSWORD}@127.0.0.1:${(await startOwnRedis()).port}`],
  ["the database is not there", async () => `${(await startOwnRedis()).url}/99`],
])("does not listen where %s, and says so without the password", async (_what, toUrl) => {
  const proxy = createProxy(
    {
      listen: "127.0.0.1:0",
      store: "env:REDIS_URL",
      tokens: [{ name: "first", token: KEYBRAKE_TOKEN }],
      vendors: { stripe: { credential: "sk_test_1" } },
    },
    { environment: { REDIS_URL: await toUrl() }, onInternalError: () => {} },
  );
  const error = await proxy.listen().then(
    () => expect.fail("it listens"),
    (reason: Error) => reason,
  );
  expect(error.name).toBe("LedgerOpenError");
  expect(error.message).toMatch(/^store: Redis: /);
  expect(JSON.stringify([error, error.message, error.stack, error.cause])).not.toContain(PASSWORD);
});

it("goes on at the replica that a sentinel makes the master, with all its books", async () => {
  const master = await startOwnRedis();
  const replica = await startOwnRedis({ args: ["--replicaof", "127.0.0.1", String(master.port)] });
  const sentinel = await startSentinel(master);
  onTestFinished(() => sentinel.remove());
  const url = `redis+sentinel://127.0.0.1:${sentinel.port}?name=main`;
  const bench = await startForTest({ wrapStore: () => createRedisLedger({ url, onWarning: () => {} }) });
  const key = await bench.issue({ total_usd_cap: 100 });
  expect((await bench.charge(key)).status).toBe(200);
  const ask = (server: RedisServer, command: string): Promise<string> => askRedis(server.port, command);
  await until("all knows the replica", async () => {
    const known = await ask(sentinel, "SENTINEL REPLICAS main");
    return (
      known.includes(String(replica.port)) && (await ask(master, "DBSIZE")) === (await ask(replica, "DBSIZE"))
    );
  });

  await master.kill();
  await until("the replica is the master", async () => (await bench.charge(key)).status === 200);
  expect(await bench.spend(key)).toMatchObject({ total_usd: 40, held_usd: 0, remaining_usd: 60 });
});

it("warns once where Redis would lose the books, and not where it keeps them", async () => {
  const warnings: string[] = [];
  const onWarning = (message: string): void => void warnings.push(message);
  const ask = async (args: string[]): Promise<void> => {
    const store = createRedisLedger({ url: (await startOwnRedis({ args })).url, onWarning });
    for (let count = 0; count < 2; count++) await store.ping();
    await store.close();
  };
  await ask(DURABLE);
  expect(warnings).toEqual([]);
  await ask(["--maxmemory-policy", "allkeys-lru"]);
  expect(warnings).toEqual([
    expect.stringContaining("appendonly is no"),
    expect.stringContaining("maxmemory-policy is allkeys-lru"),
  ]);
});

it("admits nothing that too few replicas have", async () => {
  const redis = await startOwnRedis();
  const bench = await startForTest({
    wrapStore: () =>
      createRedisLedger({ url: redis.url, waitForReplicas: 1, timeoutMs: 500, onWarning: () => {} }),
  });
  const issue = (): ReturnType<typeof bench.control> =>
    bench.control("POST", "/v1/keys", { label: "agent", vendor: "stripe" });
  expect((await issue()).status).toBe(503);
  await startOwnRedis({ args: ["--replicaof", "127.0.0.1", String(redis.port)] });
  await until("the replica follows", async () => (await issue()).status === 201);
  // On a busy machine the replica may be late once more, which refuses the call and nothing else.
  await until("a call passes", async () => {
    const issued = await bench.control("POST", "/v1/keys", { label: "agent", vendor: "stripe" });
    return issued.status === 201 && (await bench.charge(issued.json as IssuedKey)).status === 200;
  });
});
