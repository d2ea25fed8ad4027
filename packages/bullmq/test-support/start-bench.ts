import { randomUUID } from "node:crypto";
import { createKeybrake, type Keybrake } from "@keybrake/core";
import { createProxy } from "@keybrake/proxy";
import { type StripeSandbox, startStripeSandbox } from "@keybrake/sandbox";
import { type Job, type Processor, Queue, Worker, type WorkerOptions } from "bullmq";
import { Redis } from "ioredis";
import { expect, onTestFinished, vi } from "vitest";

const TOKEN = "kb_canary_token_71d0ea";

/** What a job says of itself in these tests. */
export type Data = Record<string, unknown>;

/** A queue on a real Redis, and a proxy with a fake Stripe behind it; all closed with the test. */
export interface TestBench {
  readonly queue: Queue<Data>;
  readonly redis: Redis;
  readonly client: Keybrake;
  readonly sandbox: StripeSandbox;
  /** What a process of its own needs to find all this. */
  readonly environment: Record<string, string>;
  /** Moves the clock of the proxy. */
  advance(ms: number): void;
  startWorker(
    processor: Processor<Data> | URL,
    options?: Omit<WorkerOptions, "connection">,
  ): Promise<Worker<Data>>;
  /** Makes the lock of a job go away, as time does where its worker can't renew it. */
  loseLock(job: Job): Promise<unknown>;
  until(job: Job, state: "completed" | "failed" | "delayed" | "active"): Promise<Job<Data>>;
  /** When a delayed job is to run, in ms since the epoch; waits until it is delayed. */
  delayedUntil(job: Job): Promise<number>;
  /** The keys that were issued, oldest first. */
  keys(): Promise<{ id: string; status: string; label: string }[]>;
}

export async function startBench(redisUrl: string): Promise<TestBench> {
  let offsetMs = 0;
  const sandbox = await startStripeSandbox();
  const proxy = createProxy(
    {
      listen: "127.0.0.1:0",
      tokens: [{ name: "bench", token: TOKEN }],
      vendors: { stripe: { upstream: sandbox.url, credential: sandbox.secretKey } },
    },
    { environment: {}, clock: () => Date.now() + offsetMs },
  );
  const { url } = await proxy.listen();
  const client = createKeybrake({ token: TOKEN, apiUrl: url, proxyUrl: url });
  const connection = { url: redisUrl };
  const queue = new Queue<Data>(`bench-${randomUUID()}`, { connection });
  const redis = new Redis(redisUrl);
  const workers: Worker[] = [];
  onTestFinished(async () => {
    for (const worker of workers) worker.cancelAllJobs("the test is over");
    await Promise.all(workers.map((worker) => worker.close()));
    await queue.obliterate({ force: true });
    await queue.close();
    redis.disconnect();
    await proxy.close({ graceMs: 200 });
    await sandbox.close();
  });
  return {
    queue,
    redis,
    client,
    sandbox,
    environment: {
      KEYBRAKE_TOKEN: TOKEN,
      KEYBRAKE_API_URL: url,
      KEYBRAKE_PROXY_URL: url,
      REDIS_URL: redisUrl,
      QUEUE: queue.name,
    },
    advance(ms) {
      offsetMs += ms;
    },
    async startWorker(processor, options) {
      const worker = new Worker<Data>(queue.name, processor, { connection, ...options });
      // Lost locks are told here too; without a listener they would end the process.
      worker.on("error", () => {});
      workers.push(worker);
      await worker.waitUntilReady();
      return worker;
    },
    loseLock: (job) => redis.del(`${queue.toKey(String(job.id))}:lock`),
    until: (job, state) =>
      vi.waitFor(
        async () => {
          expect(await job.getState()).toBe(state);
          return (await queue.getJob(String(job.id))) as Job<Data>;
        },
        { timeout: 60_000 },
      ),
    delayedUntil: (job) =>
      vi.waitFor(
        async () => {
          const score = await redis.zscore(queue.toKey("delayed"), String(job.id));
          expect(score).not.toBeNull();
          // BullMQ keeps the moment in the upper bits.
          return Math.floor(Number(score) / 0x1000);
        },
        { timeout: 60_000 },
      ),
    keys: async () => (await client.listKeys({ limit: 100 })).data.reverse(),
  };
}

/** Waits for something to become true of what is read anew each time. */
export function eventually(check: () => unknown): Promise<unknown> {
  return vi.waitFor(check, { timeout: 60_000 });
}

/** A promise that the test opens. */
export function createGate(): { opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
