import { inspect } from "node:util";
import { stripeOptions } from "@keybrake/core/stripe";
import type { Job } from "bullmq";
import type { Redis } from "ioredis";
import Stripe from "stripe";
import { expect, inject, it } from "vitest";
import { charge } from "../test-support/charge.ts";
import { eventually, startBench } from "../test-support/start-bench.ts";
import { withVaultKey } from "./index.ts";

/** Everything that Redis holds of a queue, as text. */
async function dump(redis: Redis, prefix: string): Promise<string> {
  const readers: Record<string, (key: string) => Promise<unknown>> = {
    string: (key) => redis.get(key),
    hash: (key) => redis.hgetall(key),
    list: (key) => redis.lrange(key, 0, -1),
    set: (key) => redis.smembers(key),
    zset: (key) => redis.zrange(key, "0", "-1"),
    stream: (key) => redis.xrange(key, "-", "+"),
  };
  const held = await Promise.all(
    (await redis.keys(`${prefix}*`)).map(async (key) => [key, await readers[await redis.type(key)]?.(key)]),
  );
  return JSON.stringify(held);
}

it("no token is in what BullMQ stores, whatever a processor does with its key", async () => {
  const bench = await startBench(inject("redisUrl"));
  const tokens: string[] = [];
  const ids: string[] = [];
  const worker = await bench.startWorker(
    withVaultKey(
      (job: Job) => ({ label: `refund-${job.name}`, vendor: "stripe", dailyUsdCap: 30 }),
      async (job, key) => {
        tokens.push(key.token);
        ids.push(key.id);
        await job.log(`${key} ${inspect(key)} ${inspect({ key }, { showHidden: true, depth: null })}`);
        await job.updateProgress({ key });
        await job.updateData({ key });
        if (job.name === "throws") throw new Error(`with ${key} ${inspect(key)}`, { cause: key });
        if (job.name === "is refused") await Promise.all([charge(key), charge(key)]);
        if (job.name === "is refused by Stripe's SDK") {
          const stripe = new Stripe(key.token, stripeOptions(key, Stripe));
          await stripe.paymentIntents.create({ amount: 4000, currency: "usd" });
        }
        return { key };
      },
      { client: bench.client },
    ),
  );
  const failures: unknown[] = [];
  worker.on("failed", (_job, error) => failures.push(error));
  for (const name of ["throws", "is refused", "is refused by Stripe's SDK"]) {
    await bench.until(await bench.queue.add(name, {}), "failed");
  }
  const job = await bench.until(await bench.queue.add("succeeds", {}), "completed");
  await eventually(() => expect(failures).toHaveLength(3));

  const shown = [
    await dump(bench.redis, bench.queue.toKey("")),
    JSON.stringify([job.toJSON(), failures]),
    inspect(failures, { depth: null, showHidden: true }),
  ].join("\n");
  expect(ids).toHaveLength(4);
  for (const id of ids) expect(shown).toContain(id);
  for (const secret of [...tokens, bench.environment.KEYBRAKE_TOKEN, bench.sandbox.secretKey]) {
    expect(shown).not.toContain(secret);
  }
});
