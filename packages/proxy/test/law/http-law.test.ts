import { GATE_SEED } from "@keybrake/ledger/law";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type HttpStep, httpHistoryOf } from "../../test-support/law/http-steps.ts";
import { createHttpWorld, type HttpWorld } from "../../test-support/law/http-world.ts";

it("executed ≤ spent + held ≤ cap: the proxy before a Stripe with faults, over HTTP", {
  timeout: 120_000,
}, async () => {
  let calls = 0;
  await fc.assert(
    fc.asyncProperty(httpHistoryOf(24), async (history) => {
      const world = await createHttpWorld(history);
      for (const step of history.steps) {
        await take(world, step);
        await world.check();
      }
      calls += world.bench.calls.length;
    }),
    { seed: GATE_SEED, numRuns: 16, endOnFailure: true },
  );
  expect(calls).toBeGreaterThan(200);
});

async function take(world: HttpWorld, step: HttpStep): Promise<void> {
  switch (step.do) {
    case "call":
      return world.call(step.call);
    case "over midnight":
      return world.callOverMidnight(step.call);
    case "burst": {
      const [first] = step.calls;
      const all = step.calls.map((call) => world.call(call));
      if (step.revoke && first) await world.revoke(first.key);
      await Promise.all(all);
      return;
    }
    case "wait":
      return world.wait(step.hours);
    case "spend unknown":
      return world.spendUnknown();
    case "freeze":
      return world.freeze(step.frozen);
    case "reconcile":
      return world.reconcile(step.which);
  }
}
