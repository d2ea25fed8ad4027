import { startStripeSandbox } from "@keybrake/sandbox";
import { expect, inject, it, onTestFinished, vi } from "vitest";
import { type Replica, startReplicas } from "../../test-support/start-replicas.ts";
import { startVendor } from "../../test-support/start-vendor.ts";

const HOUR_MS = 3_600_000;
const WAIT = { timeout: 60_000, interval: 100 };

interface KeyWithSpend {
  id: string;
  token: string;
  expires_at: string;
  spend: { total_usd: number; held_usd: number; unknown_usd: number; resets_at: string };
}

async function startSandbox(latencyMs = 0): Promise<Awaited<ReturnType<typeof startStripeSandbox>>> {
  const sandbox = await startStripeSandbox({ secretKey: "sk_test_replicas", latencyMs });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

async function issue(replica: Replica, policy: object = {}): Promise<KeyWithSpend> {
  const body = { label: "agent", vendor: "stripe", ...policy };
  return (await replica.control<KeyWithSpend>("POST", "/v1/keys", body)).json;
}

async function read(replica: Replica, { id }: KeyWithSpend): Promise<KeyWithSpend> {
  return (await replica.control<KeyWithSpend>("GET", `/v1/keys/${id}`)).json;
}

it("holds one cap of 500 over three replicas and 120 callers, and fills it, although one is killed", async () => {
  const sandbox = await startSandbox(20);
  const upstream = { redisUrl: inject("redisUrl"), upstream: sandbox.url };
  const replicas = await startReplicas(upstream, [0, 0, 0] as const);
  const [first, , victim] = replicas;
  const key = await issue(first, { total_usd_cap: 500 });
  let done = 0;

  async function runCaller(caller: number): Promise<void> {
    for (let count = caller; ; count++) {
      const answer = await replicas[count % 3]?.charge(key.token);
      if (answer?.status === 200) done++;
      if (done === 200) victim.kill();
      if (answer?.code === "cap_exhausted") return;
    }
  }
  await Promise.all(Array.from({ length: 120 }, (_, caller) => runCaller(caller)));

  const full = (await read(first, key)).spend;
  expect(full.total_usd + full.held_usd).toBe(500);
  const settled = await vi.waitFor(async () => {
    const { spend } = await read(first, key);
    expect(spend.unknown_usd, "what the dead replica held is unknown in the end").toBe(spend.held_usd);
    return spend;
  }, WAIT);
  const executed = (sandbox.ledger().grossMinor.usd ?? 0) / 100;
  // It may also have died between a settlement and the answer that tells of it.
  expect(settled.total_usd).toBeGreaterThanOrEqual(done);
  expect(executed).toBeGreaterThanOrEqual(settled.total_usd);
  expect(executed).toBeLessThanOrEqual(settled.total_usd + settled.held_usd);
  expect(settled.total_usd + settled.held_usd).toBe(500);
});

it("refuses a key on every replica from the moment on at which one has revoked it, and cuts its streams", async () => {
  const sandbox = await startSandbox();
  const stream = await startVendor((_call, response) => {
    response.write("first ");
    const timer = setInterval(() => response.write("more "), 10);
    response.on("close", () => clearInterval(timer));
  });
  const redisUrl = inject("redisUrl");
  const [one, other] = await startReplicas({ redisUrl, upstream: sandbox.url }, [0, 0] as const);
  for (let round = 0; round < 20; round++) {
    const key = await issue(one);
    expect((await other.charge(key.token))?.status).toBe(200);
    await one.control("DELETE", `/v1/keys/${key.id}`);
    expect(await other.charge(key.token)).toMatchObject({ status: 401, code: "key_revoked" });
  }

  const [here, there] = await startReplicas({ redisUrl, upstream: stream.url }, [0, 0] as const);
  const key = await issue(here);
  const cut = expect((await there.open(key.token)).text()).rejects.toThrow();
  await here.control("DELETE", `/v1/keys/${key.id}`);
  await cut;
});

it("goes by the ledger's clock where a replica's own is an hour ahead or behind", async () => {
  const sandbox = await startSandbox();
  const upstream = { redisUrl: inject("redisUrl"), upstream: sandbox.url };
  const replicas = await startReplicas(upstream, [0, HOUR_MS, -HOUR_MS] as const);
  for (const issuer of replicas) {
    const key = await issue(issuer, { daily_usd_cap: 3, expires_in: "10m" });
    const lifeMs = Date.parse(key.expires_at) - Date.now();
    expect(lifeMs).toBeGreaterThan(9 * 60_000);
    expect(lifeMs).toBeLessThanOrEqual(10 * 60_000 + 1000);
    for (const replica of replicas) expect((await replica.charge(key.token))?.status).toBe(200);
    for (const replica of replicas) expect((await replica.charge(key.token))?.code).toBe("cap_exhausted");
    const ends = await Promise.all(
      replicas.map(async (replica) => (await read(replica, key)).spend.resets_at),
    );
    expect(new Set(ends).size, "all are in the same day").toBe(1);
  }
  const short = await issue(replicas[0], { expires_in: "1s" });
  await vi.waitFor(async () => {
    for (const replica of replicas) expect((await replica.charge(short.token))?.code).toBe("key_expired");
  }, WAIT);
});
