import fc from "fast-check";
import { expect, it } from "vitest";
import { GATE_SEED } from "./gate-seed.ts";
import { playHistory } from "./play-history.ts";
import { historyOf } from "./store-steps.ts";

it("executed ≤ spent + held ≤ cap: the ledger, over histories of calls, faults, days and operators", async () => {
  let steps = 0;
  await fc.assert(
    fc.asyncProperty(historyOf(100), async (history) => {
      steps += await playHistory(history);
    }),
    { seed: GATE_SEED, numRuns: 600, endOnFailure: false },
  );
  expect(steps).toBeGreaterThan(20_000);
});
