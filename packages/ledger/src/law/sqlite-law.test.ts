import fc from "fast-check";
import { expect, it } from "vitest";
import { createSqliteStores } from "../../test-support/create-sqlite-stores.ts";
import { makeFolder } from "../../test-support/sqlite-stores.ts";
import { GATE_SEED } from "./gate-seed.ts";
import { playHistory } from "./play-history.ts";
import { historyOf } from "./store-steps.ts";
import { createTwins } from "./twin-stores.ts";

it("executed ≤ spent + held ≤ cap: the ledger in SQLite, opened anew after each death, answers as that in memory", async () => {
  const createStore = createTwins(createSqliteStores(makeFolder(), { synchronous: "normal" }));
  let steps = 0;
  await fc.assert(
    fc.asyncProperty(historyOf(60), async (history) => {
      steps += await playHistory(history, createStore);
    }),
    { seed: GATE_SEED, numRuns: 40, endOnFailure: false },
  );
  expect(steps).toBeGreaterThan(800);
});
