import { type IssuePolicy, KeyRevokedError } from "@keybrake/core";
import { DelayedError, type Job } from "bullmq";
import { beforeEach, describe, expect, inject, it } from "vitest";
import { charge } from "../test-support/charge.ts";
import {
  createGate,
  type Data,
  eventually,
  startBench,
  type TestBench,
} from "../test-support/start-bench.ts";
import { withVaultKey } from "./index.ts";

const DAY_MS = 86_400_000;
const policy: IssuePolicy = { label: "refunds", vendor: "stripe", uncapped: true };

let bench: TestBench;
beforeEach(async () => {
  bench = await startBench(inject("redisUrl"));
});

describe("a job", () => {
  it("has a key of its own, and BullMQ's token and signal", async () => {
    const seen: unknown[] = [];
    await bench.startWorker(
      withVaultKey(
        (job: Job<Data>) => ({ ...policy, label: `refund-${job.id}` }),
        async (job, key, token, signal) => {
          seen.push(token === job.token, signal?.aborted);
          return `${key.label} ${(await bench.keys())[0]?.status}`;
        },
        { client: bench.client },
      ),
    );
    const job = await bench.queue.add("refund", {});
    expect((await bench.until(job, "completed")).returnvalue).toBe(`refund-${job.id} active`);
    expect(seen).toEqual([true, false]);
    expect(await bench.keys()).toMatchObject([{ label: `refund-${job.id}`, status: "revoked" }]);
  });

  it("that takes longer than its key lives keeps it", async () => {
    await bench.startWorker(
      withVaultKey(
        { ...policy, expiresIn: "2s" },
        async (_job, key) => {
          const firstEnd = key.expiresAt.getTime();
          await eventually(() => expect(Date.now()).toBeGreaterThan(firstEnd + 500));
          return (await charge(key)).status;
        },
        { client: bench.client },
      ),
    );
    const job = await bench.queue.add("refund", {});
    expect((await bench.until(job, "completed")).returnvalue).toBe(200);
    expect(await bench.keys()).toMatchObject([{ status: "revoked" }]);
  });

  it("loses its key where the policy says not to keep it alive", async () => {
    await bench.startWorker(
      withVaultKey(
        { ...policy, expiresIn: "1s", keepAlive: false },
        async (_job, key) => {
          await eventually(async () => expect(await bench.keys()).toMatchObject([{ status: "expired" }]));
          await charge(key);
        },
        { client: bench.client },
      ),
    );
    const job = await bench.queue.add("refund", {}, { attempts: 3 });
    expect((await bench.until(job, "failed")).failedReason).toMatch(/^key_expired: /);
  });

  it("has a new key at each start", async () => {
    await bench.startWorker(
      withVaultKey(
        policy,
        async (job, key) => {
          await charge(key);
          if (job.attemptsStarted === 1) throw new Error("a mishap");
        },
        { client: bench.client },
      ),
    );
    const job = await bench.queue.add("refund", {}, { attempts: 3 });
    expect(await bench.until(job, "completed")).toMatchObject({ attemptsStarted: 2, attemptsMade: 2 });
    expect((await bench.keys()).map(({ status }) => status)).toEqual(["revoked", "revoked"]);
  });

  it("that its processor delays is delayed, at no attempt", async () => {
    await bench.startWorker(
      withVaultKey(
        policy,
        async (job, _key, token) => {
          if (job.attemptsStarted > 1) return "done";
          await job.moveToDelayed(Date.now() + DAY_MS, token);
          throw new DelayedError();
        },
        { client: bench.client },
      ),
    );
    const job = await bench.queue.add("refund", {});
    const delayed = await bench.until(job, "delayed");
    await eventually(async () => expect(await bench.keys()).toMatchObject([{ status: "revoked" }]));
    await delayed.promote();
    expect(await bench.until(job, "completed")).toMatchObject({ returnvalue: "done", attemptsMade: 1 });
    expect(await bench.keys()).toHaveLength(2);
  });
});

describe("a cancelled job", () => {
  it("has no key any more, even where its processor does not listen", async () => {
    const entered = createGate();
    const finish = createGate();
    let refusal: unknown;
    const worker = await bench.startWorker(
      withVaultKey(
        policy,
        async (_job, key) => {
          entered.open();
          await finish.opened;
          await charge(key).catch((error: unknown) => {
            refusal = error;
            throw error;
          });
        },
        { client: bench.client },
      ),
    );
    const job = await bench.queue.add("refund", {}, { attempts: 5 });
    await entered.opened;
    worker.cancelJob(String(job.id), "enough");
    await eventually(async () => expect(await bench.keys()).toMatchObject([{ status: "revoked" }]));
    finish.open();
    expect((await bench.until(job, "failed")).attemptsMade).toBe(1);
    expect(refusal).toBeInstanceOf(KeyRevokedError);
    expect(bench.sandbox.ledger().grossMinor).toEqual({});
  });
});

describe("a worker that is closed", () => {
  it("lets its jobs end, each with its key", async () => {
    const entered = createGate();
    const finish = createGate();
    const worker = await bench.startWorker(
      withVaultKey(
        policy,
        async (_job, key) => {
          entered.open();
          await finish.opened;
          return (await charge(key)).status;
        },
        { client: bench.client },
      ),
    );
    const job = await bench.queue.add("refund", {});
    await entered.opened;
    const closed = worker.close();
    finish.open();
    await closed;
    expect((await bench.until(job, "completed")).returnvalue).toBe(200);
    expect(await bench.keys()).toMatchObject([{ status: "revoked" }]);
  });

  it("by force leaves no key behind where its jobs are cancelled first", async () => {
    const entered = createGate();
    const finish = createGate();
    const worker = await bench.startWorker(
      withVaultKey(
        policy,
        async () => {
          entered.open();
          await finish.opened;
        },
        { client: bench.client },
      ),
    );
    await bench.queue.add("refund", {});
    await entered.opened;
    worker.cancelAllJobs("shutting down");
    await worker.close(true);
    await eventually(async () => expect(await bench.keys()).toMatchObject([{ status: "revoked" }]));
    finish.open();
  });
});
