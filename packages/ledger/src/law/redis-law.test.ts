import fc from "fast-check";
import { expect, inject, it } from "vitest";
import { createRedisStores } from "../../test-support/redis-stores.ts";
import { GATE_SEED } from "./gate-seed.ts";
import { playHistory } from "./play-history.ts";
import { historyOf } from "./store-steps.ts";
import { createTwins } from "./twin-stores.ts";

it("executed ≤ spent + held ≤ cap: the ledger in Redis, asked by a new client after each death, answers as that in memory", async () => {
  // Redis forgets children that can't set anything aside any more, and the law looks back at the day before.
  const createStore = createTwins(createRedisStores({ url: inject("redisUrl") }), { looksBack: false });
  let steps = 0;
  await fc.assert(
    fc.asyncProperty(historyOf(100), async (history) => {
      steps += await playHistory(history, createStore);
    }),
    { seed: GATE_SEED, numRuns: 15, endOnFailure: false },
  );
  expect(steps).toBeGreaterThan(300);
});
