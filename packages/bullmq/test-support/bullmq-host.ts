import { randomUUID } from "node:crypto";
import type { AdapterHost, RunEnd } from "@keybrake/testing/adapter-cases";
import { type Job, Queue, Worker } from "bullmq";
import { revokeOnLostLock, withVaultKey } from "../src/index.ts";

/** A queue and its worker on a real Redis, as the suite of adapters mounts them. Its caller leaves by cancelling. */
export function bullmqHost(redisUrl: string): AdapterHost {
  const connection = { url: redisUrl };
  return {
    name: "bullmq",
    abilities: ["leave"],
    async mount({ policy, handler, client, onRevokeError }) {
      const errors: unknown[] = [];
      let departures = 0;
      const name = `suite-${randomUUID()}`;
      const queue = new Queue<string, string>(name, { connection });
      const ends = new Map<string | undefined, (end: RunEnd) => void>();
      const worker = new Worker<string, string>(
        name,
        withVaultKey(
          (job: Job<string>) => policy(job.data),
          async (job, key) => {
            const answer = await handler(key, job.data);
            if (typeof answer !== "string") throw new Error("a job has no stream");
            return answer;
          },
          { client, onRevokeError },
        ),
        { connection, concurrency: 20 },
      );
      revokeOnLostLock(worker);
      worker.on("completed", ({ id }, text) => ends.get(id)?.({ ok: true, text }));
      worker.on("failed", (job, error) => {
        errors.push(error);
        ends.get(job?.id)?.({ ok: false, text: error.message });
      });
      await worker.waitUntilReady();
      return {
        start(input) {
          const jobId = randomUUID();
          const ended = new Promise<RunEnd>((resolve) => ends.set(jobId, resolve));
          void queue.add("run", input, { jobId });
          return {
            chunks: [],
            ended,
            leave() {
              if (worker.cancelJob(jobId, "nobody waits for it")) departures += 1;
            },
          };
        },
        errors,
        departures: () => departures,
        async close() {
          await worker.close();
          await queue.obliterate({ force: true });
          await queue.close();
        },
      };
    },
  };
}
