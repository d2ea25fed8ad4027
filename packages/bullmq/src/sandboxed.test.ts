import type { Job } from "bullmq";
import { beforeEach, describe, expect, inject, it } from "vitest";
import { WAITING } from "../test-support/sandboxed-processor.ts";
import { eventually, startBench, type TestBench } from "../test-support/start-bench.ts";
import { revokeOnLostLock } from "./index.ts";

const PROCESSOR = new URL("../test-support/sandboxed-processor.ts", import.meta.url);
const policy = { label: "refunds", vendor: "stripe", uncapped: true };

describe.each([
  ["a child process", false],
  ["a thread", true],
])("in %s", (_name, useWorkerThreads) => {
  let bench: TestBench;
  beforeEach(async () => {
    bench = await startBench(inject("redisUrl"));
  });

  async function startSandboxed(options: object = {}): Promise<ReturnType<TestBench["startWorker"]>> {
    const env = { ...process.env, ...bench.environment };
    const worker = await bench.startWorker(PROCESSOR, {
      useWorkerThreads,
      workerForkOptions: { env, execArgv: [] },
      workerThreadsOptions: { env, execArgv: [] },
      ...options,
    });
    revokeOnLostLock(worker);
    return worker;
  }

  const untilWaiting = (job: Job): Promise<unknown> =>
    eventually(async () => expect((await bench.queue.getJob(String(job.id)))?.progress).toBe(WAITING));

  it("issues, spends and revokes there; nothing secret comes back", async () => {
    await startSandboxed();
    const job = await bench.queue.add("refund", { policy, charges: 1 });
    const { returnvalue } = await bench.until(job, "completed");
    expect(returnvalue.pid === process.pid).toBe(useWorkerThreads);
    const [key] = await bench.keys();
    expect(key?.status).toBe("revoked");
    expect(returnvalue.key).toMatchObject({ id: key?.id, token: "[redacted]" });
    expect(bench.sandbox.ledger().grossMinor).toEqual({ usd: 2000 });
  });

  it("fails at once what no retry mends", async () => {
    await startSandboxed();
    const data = { policy: { ...policy, dailyUsdCap: -1 }, charges: 1 };
    const job = await bench.queue.add("refund", data, { attempts: 5 });
    const failed = await bench.until(job, "failed");
    expect(failed.attemptsMade).toBe(1);
    expect(failed.failedReason).toMatch(/^invalid_policy: /);
  });

  it("delays a job whose daily cap is spent", async () => {
    await startSandboxed();
    const data = { policy: { ...policy, dailyUsdCap: 30 }, charges: 2 };
    const job = await bench.queue.add("refund", data);
    expect((await bench.until(job, "delayed")).attemptsMade).toBe(0);
    expect(new Date(await bench.delayedUntil(job)).toISOString()).toMatch(/T00:00:00.000Z$/);
  });

  it("revokes on a cancelled job", async () => {
    const worker = await startSandboxed();
    const job = await bench.queue.add("refund", { policy, charges: 1, waits: true });
    await untilWaiting(job);
    worker.cancelJob(String(job.id), "enough");
    expect((await bench.until(job, "failed")).failedReason).toBe("stopped: enough");
    expect(await bench.keys()).toMatchObject([{ status: "revoked" }]);
  });

  it("revokes on a lost lock", async () => {
    await startSandboxed({ lockDuration: 1_000 });
    const job = await bench.queue.add("refund", { policy, charges: 1, waits: true });
    await untilWaiting(job);
    await bench.loseLock(job);
    await eventually(async () => expect(await bench.keys()).toMatchObject([{ status: "revoked" }]));
  });
});
