import type { IssuePolicy } from "@keybrake/core";
import type { Processor } from "bullmq";
import { beforeEach, expect, inject, it } from "vitest";
import { type Data, eventually, startBench, type TestBench } from "../test-support/start-bench.ts";
import { revokeOnLostLock, withVaultKey } from "./index.ts";

const policy: IssuePolicy = { label: "refunds", vendor: "stripe", uncapped: true };
/** Who learns of a lost lock, and how: by renewing it, or by looking for jobs without one. */
const renews = { lockDuration: 1_000, stalledInterval: 3_600_000 };
const looks = { skipLockRenewal: true, stalledInterval: 300 };
const doesNeither = { skipLockRenewal: true, stalledInterval: 3_600_000 };

let bench: TestBench;
let cancelled: string[];
beforeEach(async () => {
  bench = await startBench(inject("redisUrl"));
  cancelled = [];
});

/** The first start of a job waits until it is cancelled; the second is done at once. */
function waitAtFirst(name: string): Processor<Data> {
  return withVaultKey(
    policy,
    async (job, key, _token, signal) => {
      if (job.attemptsStarted > 1) return `${name} ${key.id} ${signal?.aborted}`;
      await new Promise((resolve) => signal?.addEventListener("abort", resolve));
      cancelled.push(key.id);
      throw new Error("cancelled");
    },
    { client: bench.client },
  );
}

/** Only one worker looks in an interval, and the first has taken an hour of it. */
function letOthersLook(): Promise<number> {
  return bench.redis.del(bench.queue.toKey("stalled-check"));
}

it("ends the first run and its key when another worker has the job", async () => {
  const first = await bench.startWorker(waitAtFirst("first"), renews);
  revokeOnLostLock(first);
  const job = await bench.queue.add("refund", {});
  await eventually(async () => expect(await bench.keys()).toHaveLength(1));
  // It renews the locks it has, and fetches no more.
  await first.pause(true);
  await bench.loseLock(job);
  await letOthersLook();
  revokeOnLostLock(await bench.startWorker(waitAtFirst("second"), looks));

  const done = await bench.until(job, "completed");
  await eventually(async () =>
    expect(await bench.keys()).toMatchObject([{ status: "revoked" }, { status: "revoked" }]),
  );
  const [firstKey, secondKey] = await bench.keys();
  expect(cancelled).toEqual([firstKey?.id]);
  expect(done.returnvalue).toBe(`second ${secondKey?.id} false`);
  // What the first run threw in the end counts for nothing: the job was not its own any more.
  expect(done.attemptsMade).toBe(1);
});

it("ends the first run where its own worker finds the job stalled", async () => {
  const worker = await bench.startWorker(waitAtFirst("again"), looks);
  revokeOnLostLock(worker);
  const job = await bench.queue.add("refund", {});
  await eventually(async () => expect(await bench.keys()).toHaveLength(1));
  await bench.loseLock(job);

  const done = await bench.until(job, "completed");
  const [firstKey, secondKey] = await bench.keys();
  expect(cancelled).toEqual([firstKey?.id]);
  expect(done.returnvalue).toBe(`again ${secondKey?.id} false`);
});

it("ends the first run where its own worker fetches the job again, found stalled by another", async () => {
  const worker = await bench.startWorker(waitAtFirst("again"), {
    ...doesNeither,
    concurrency: 2,
  });
  revokeOnLostLock(worker);
  const job = await bench.queue.add("refund", {});
  await eventually(async () => expect(await bench.keys()).toHaveLength(1));
  const checker = await bench.startWorker(waitAtFirst("never"), { ...looks, autorun: false });
  await bench.loseLock(job);
  await letOthersLook();
  await checker.startStalledCheckTimer();

  const done = await bench.until(job, "completed");
  await eventually(() => expect(cancelled).toHaveLength(1));
  const [firstKey, secondKey] = await bench.keys();
  expect(cancelled).toEqual([firstKey?.id]);
  expect(done.returnvalue).toBe(`again ${secondKey?.id} false`);
});
