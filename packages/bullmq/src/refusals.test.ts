import type { CapExhaustedError, IssuePolicy, PolicyFields, VaultKey } from "@keybrake/core";
import { stripeOptions } from "@keybrake/core/stripe";
import Stripe from "stripe";
import { beforeEach, describe, expect, inject, it } from "vitest";
import { charge } from "../test-support/charge.ts";
import { eventually, startBench, type TestBench } from "../test-support/start-bench.ts";
import { withVaultKey } from "./index.ts";

const DAY_MS = 86_400_000;
const policy: IssuePolicy = { label: "refunds", vendor: "stripe", uncapped: true };
const chargeByStripe = (key: VaultKey): Promise<unknown> =>
  new Stripe(key.token, stripeOptions(key, Stripe)).paymentIntents.create({ amount: 2000, currency: "usd" });

let bench: TestBench;
beforeEach(async () => {
  bench = await startBench(inject("redisUrl"));
});

describe("a refusal", () => {
  type Limits = Pick<PolicyFields, "dailyUsdCap" | "totalUsdCap" | "allowedEndpoints" | "maxCalls">;
  const refusals: [string, string, Limits, (key: VaultKey) => Promise<unknown>][] = [
    ["a spent cap", "cap_exhausted", { dailyUsdCap: 30 }, charge],
    ["a spent cap, raised by the Stripe SDK", "cap_exhausted", { totalUsdCap: 30 }, chargeByStripe],
    ["another endpoint", "endpoint_not_allowed", { allowedEndpoints: ["GET /v1/balance"] }, charge],
    ["a call too many", "call_limit_reached", { maxCalls: 1 }, charge],
    ["a wrong policy", "invalid_policy", { dailyUsdCap: -1 }, charge],
    [
      "a revoked key",
      "key_revoked",
      {},
      async (key) => {
        await bench.client.revokeKeys({ labelPrefix: policy.label });
        await charge(key);
      },
    ],
  ];

  it.each(refusals)("that no retry mends fails the job at once: %s", async (_name, code, limits, spend) => {
    const failures: Error[] = [];
    const worker = await bench.startWorker(
      withVaultKey(
        { ...policy, ...limits },
        async (_job, key) => {
          await spend(key);
          await spend(key);
        },
        { client: bench.client },
      ),
    );
    worker.on("failed", (_job, error) => failures.push(error));
    const job = await bench.queue.add("refund", {}, { attempts: 5 });
    const failed = await bench.until(job, "failed");
    expect(failed).toMatchObject({ attemptsMade: 1, attemptsStarted: 1 });
    expect(failed.failedReason.startsWith(`${code}: `)).toBe(true);
    await eventually(() => expect(failures).toHaveLength(1));
    expect(failures[0]).toMatchObject({ name: "UnrecoverableError", cause: { code } });
    const keys = await bench.keys();
    expect(keys.map(({ status }) => status)).toEqual(code === "invalid_policy" ? [] : ["revoked"]);
    expect(bench.sandbox.ledger().grossMinor.usd ?? 0).toBeLessThanOrEqual(2000);
  });

  it("that may pass is retried, as any error", async () => {
    await bench.startWorker(
      withVaultKey(
        { ...policy, callsPerMinute: 1 },
        async (job, key) => {
          await charge(key);
          if (job.attemptsStarted === 1) await charge(key);
        },
        { client: bench.client },
      ),
    );
    const job = await bench.queue.add("refund", {}, { attempts: 5 });
    expect(await bench.until(job, "completed")).toMatchObject({ attemptsStarted: 2 });
  });
});

describe("the cap of a job", () => {
  it.each<[string, (error: unknown) => unknown]>([
    ["wrapped with its cause", (error) => new Error("order failed", { cause: error })],
    ["collected with others", (error) => new AggregateError([error], "order failed")],
    ["hidden", () => new Error("order failed")],
  ])("holds although the processor throws its refusal %s", async (_name, wrap) => {
    await bench.startWorker(
      withVaultKey(
        { ...policy, totalUsdCap: 30 },
        async (_job, key) => {
          try {
            await charge(key);
            await charge(key);
          } catch (error) {
            throw wrap(error);
          }
        },
        { client: bench.client },
      ),
    );
    const job = await bench.queue.add("refund", {}, { attempts: 3 });
    expect(await bench.until(job, "failed")).toMatchObject({ attemptsMade: 1, attemptsStarted: 1 });
    expect(bench.sandbox.ledger().grossMinor.usd).toBe(2000);
  });

  it("holds over all of its attempts, each of which has a key of its own", async () => {
    await bench.startWorker(
      withVaultKey(
        { ...policy, totalUsdCap: 50 },
        async (_job, key) => {
          await charge(key);
          throw new Error("a bug after the charge");
        },
        { client: bench.client },
      ),
    );
    const job = await bench.queue.add("refund", {}, { attempts: 5 });
    const failed = await bench.until(job, "failed");
    expect(failed.failedReason).toMatch(/^cap_exhausted: /);
    expect(bench.sandbox.ledger().grossMinor.usd).toBe(4000);
    const other = await bench.queue.add("refund", {}, { attempts: 1 });
    await bench.until(other, "failed");
    expect(bench.sandbox.ledger().grossMinor.usd).toBe(6000);
  });
});

describe("delayUntilReset", () => {
  it.each([
    ["", charge],
    [", raised by the Stripe SDK", chargeByStripe],
  ])("delays a job to the next day of its budget%s", async (_name, spend) => {
    await bench.client.setBudget("org:acme", { dailyUsdCap: 30 });
    const refusals: (CapExhaustedError | undefined)[] = [];
    await bench.startWorker(
      withVaultKey(
        { ...policy, budgets: ["org:acme"] },
        async (_job, key) => {
          try {
            await spend(key);
          } catch (error) {
            refusals.push(key.capRefusal);
            throw error;
          }
          return "charged";
        },
        { client: bench.client, delayUntilReset: true },
      ),
    );
    await bench.until(await bench.queue.add("refund", {}), "completed");
    const second = await bench.queue.add("refund", {});
    const delayed = await bench.until(second, "delayed");
    expect(delayed).toMatchObject({ attemptsMade: 0, attemptsStarted: 1 });
    expect(refusals).toHaveLength(1);
    expect(await bench.delayedUntil(second)).toBe(Date.parse(String(refusals[0]?.details?.resetsAt)));
    expect((await bench.keys()).map(({ status }) => status)).toEqual(["revoked", "revoked"]);

    bench.advance(DAY_MS);
    await delayed.promote();
    expect(await bench.until(second, "completed")).toMatchObject({ returnvalue: "charged" });
    expect(bench.sandbox.ledger().grossMinor).toEqual({ usd: 4000 });
  });

  it("fails a job whose cap has no next day", async () => {
    await bench.startWorker(
      withVaultKey({ ...policy, totalUsdCap: 10 }, (_job, key) => charge(key), {
        client: bench.client,
        delayUntilReset: true,
      }),
    );
    const job = await bench.queue.add("refund", {}, { attempts: 5 });
    const failed = await bench.until(job, "failed");
    expect(failed.failedReason).toMatch(/^cap_exhausted: /);
    expect(failed.attemptsMade).toBe(1);
  });

  it("waits, too, where the proxy's day ended long ago by this machine's clock", async () => {
    bench.advance(-2 * DAY_MS);
    const before = Date.now();
    await bench.startWorker(
      withVaultKey({ ...policy, dailyUsdCap: 10 }, (_job, key) => charge(key), {
        client: bench.client,
        delayUntilReset: true,
      }),
    );
    const job = await bench.queue.add("refund", {});
    expect(await bench.delayedUntil(job)).toBeGreaterThanOrEqual(before + 1_000);
  });
});
