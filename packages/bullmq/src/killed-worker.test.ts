import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Job } from "bullmq";
import { expect, inject, it, onTestFinished } from "vitest";
import { charge } from "../test-support/charge.ts";
import { eventually, startBench } from "../test-support/start-bench.ts";
import { withVaultKey } from "./index.ts";

const DOOMED_WORKER = fileURLToPath(new URL("../test-support/doomed-worker.ts", import.meta.url));

it("has its job run again under a new key, while the old one ends with its life", async () => {
  const bench = await startBench(inject("redisUrl"));
  const child = fork(DOOMED_WORKER, { execArgv: [], env: { ...process.env, ...bench.environment } });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const job = await bench.queue.add("refund", {});
  const [old] = (await once(child, "message")) as [{ id: string; token: string }];
  child.kill("SIGKILL");
  await once(child, "exit");

  const seen: string[] = [];
  await bench.startWorker(
    withVaultKey(
      ({ id }: Job) => ({ label: `refund-${id}`, vendor: "stripe", uncapped: true, idempotency: "inject" }),
      async (_job, key) => {
        seen.push(key.id);
        return (await charge(key)).status;
      },
      { client: bench.client },
    ),
    { stalledInterval: 300 },
  );
  const done = await bench.until(job, "completed");
  expect(done).toMatchObject({ returnvalue: 200, attemptsStarted: 2, stalledCounter: 1 });
  expect(seen).toHaveLength(1);
  expect(seen).not.toContain(old.id);
  await eventually(async () => expect((await bench.client.getKey(old.id)).status).toBe("expired"));
  const refused = await fetch(`${bench.environment.KEYBRAKE_PROXY_URL}/stripe/v1/balance`, {
    headers: { authorization: `Bearer ${old.token}` },
  });
  expect([refused.status, refused.headers.get("x-keybrake-code")]).toEqual([401, "key_expired"]);
  // Both runs charged, under one label and so under one idempotency key.
  expect(bench.sandbox.ledger().grossMinor).toEqual({ usd: 2000 });
});
