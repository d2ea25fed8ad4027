import { GATE_SEED } from "@keybrake/ledger/law";
import type { Fault } from "@keybrake/sandbox";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { startForTest, type TestBench } from "../../test-support/start-for-test.ts";

const CAP_USD = 100;

/** One thing an agent does, and what goes wrong meanwhile. */
interface Step {
  cents: number;
  /** Some steps share a key, and so may be retries, or abuse it for other amounts. */
  idempotencyKey: string | null;
  fault: Exclude<Fault["kind"], "delay" | "slow_body" | "status" | "status_after_effect"> | number | null;
  /** A status that comes although the vendor did the work. */
  afterEffect: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  cents: fc.constantFrom(1, 500, 1000, 2000, 3333),
  idempotencyKey: fc.option(fc.constantFrom("a", "b", "c", "d"), { freq: 2 }),
  fault: fc.oneof(
    { weight: 3, arbitrary: fc.constant(null) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        "reset_before_effect" as const,
        "reset_after_effect" as const,
        "broken_json" as const,
      ),
    },
    { weight: 2, arbitrary: fc.constantFrom(400, 402, 409, 429, 500, 503) },
  ),
  afterEffect: fc.boolean(),
});

function toFault({ fault, afterEffect }: Step): Fault | undefined {
  if (fault === null) return undefined;
  if (typeof fault === "string") return { kind: fault };
  // A vendor that does the work and says 4xx lies: nobody could account for that.
  return { kind: fault >= 500 && afterEffect ? "status_after_effect" : "status", status: fault };
}

async function expectInvariant(bench: TestBench, keys: { id: string; token: string }[]): Promise<void> {
  const budget = (await bench.control("GET", "/v1/budgets/shared")).json as {
    spend: { total_usd: number; held_usd: number };
  };
  const executed = bench.grossUsdMinor();
  const counted = Math.round((budget.spend.total_usd + budget.spend.held_usd) * 100);
  expect(executed).toBeLessThanOrEqual(counted);
  expect(counted).toBeLessThanOrEqual(CAP_USD * 100);
  const ofKeys = await Promise.all(keys.map((key) => bench.spend(key)));
  const sum = ofKeys.reduce(
    (all, { total_usd, held_usd }) => all + Math.round((total_usd + held_usd) * 100),
    0,
  );
  // What both keys touched, by the vendor's replay, each of them counts, and the budget once.
  expect(sum).toBeGreaterThanOrEqual(counted);
}

it("never counts less than was executed, nor more than the cap, whatever goes wrong and however it overlaps", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 30 }),
      fc.integer({ min: 1, max: 6 }),
      async (steps, width) => {
        const bench = await startForTest();
        await bench.control("PUT", "/v1/budgets/shared", { total_usd_cap: CAP_USD });
        const keys = await Promise.all([1, 2].map(() => bench.issue({ budgets: ["shared"] })));
        const waiting = [...steps.entries()];
        await Promise.all(
          Array.from({ length: width }, async () => {
            for (let next = waiting.shift(); next; next = waiting.shift()) {
              const [index, one] = next;
              const fault = toFault(one);
              const key = keys[index % 2];
              if (fault) bench.sandbox.fail(fault);
              if (key)
                await bench.charge(
                  key,
                  one.cents,
                  one.idempotencyKey === null ? {} : { "idempotency-key": one.idempotencyKey },
                );
            }
          }),
        );
        await expectInvariant(bench, keys);
      },
    ),
    { seed: GATE_SEED, numRuns: 25 },
  );
});
