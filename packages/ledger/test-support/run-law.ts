/**
 * The law over as many random histories as there is time for. A store other than memory is compared with the one in
 * memory after each step: `npm run law -- [--store sqlite] [--histories 600] [--seed N]`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { startRedis } from "../../../tooling/redis-server.ts";
import type { CreateLedger } from "../src/cases.ts";
import { playHistory } from "../src/law/play-history.ts";
import { historyOf } from "../src/law/store-steps.ts";
import { createTwins } from "../src/law/twin-stores.ts";
import { createSqliteStores } from "./create-sqlite-stores.ts";
import { createRedisStores } from "./redis-stores.ts";

const USAGE =
  "usage: npm run law -- [--store memory|sqlite|redis] [--histories <count>] [--steps <count>] [--seed <integer>]";

const { values } = parseArgs({
  options: {
    store: { type: "string", default: "memory" },
    histories: { type: "string" },
    steps: { type: "string" },
    seed: { type: "string" },
  },
});

/** How many histories or steps; without either, a million steps. */
const wanted = {
  histories: toCount(values.histories, Number.POSITIVE_INFINITY),
  steps: toCount(values.steps, values.histories === undefined ? 1_000_000 : Number.POSITIVE_INFINITY),
};
const firstSeed = values.seed === undefined ? Date.now() % 1_000_000_000 : toCount(values.seed, 0);
const ROUND = Math.min(500, wanted.histories);

const { createStore, remove } = await openStores(values.store);
const held = await play().finally(remove);
process.exit(held ? 0 : 1);

/** The stores to play on, each history on one of its own; `undefined` for the one in memory. */
async function openStores(
  store: string,
): Promise<{ createStore: CreateLedger | undefined; remove(): unknown }> {
  if (store === "memory") return { createStore: undefined, remove() {} };
  if (store === "sqlite") {
    const folder = mkdtempSync(join(tmpdir(), "keybrake-law-"));
    return {
      createStore: createTwins(createSqliteStores(folder, { synchronous: "normal" })),
      remove: () => rmSync(folder, { recursive: true }),
    };
  }
  if (store === "redis") {
    const server = await startRedis({ args: [] });
    const stores = createRedisStores({ url: server.url, onWarning() {} });
    // Redis forgets children that can't set anything aside any more, and the law looks back at the day before.
    return { createStore: createTwins(stores, { looksBack: false }), remove: () => server.remove() };
  }
  return fail();
}

/** Whether the law held. */
async function play(): Promise<boolean> {
  const started = performance.now();
  const toSeconds = (): string => ((performance.now() - started) / 1000).toFixed(1);
  let [steps, histories, announced] = [0, 0, 0];
  console.log(`The law on the store ${values.store}, from seed ${firstSeed}`);
  for (let round = 0; steps < wanted.steps && histories < wanted.histories; round++) {
    const seed = firstSeed + round;
    const result = await fc.check(
      fc.asyncProperty(historyOf(values.store === "memory" ? 200 : 100), async (history) => {
        steps += await playHistory(history, createStore);
        histories++;
      }),
      { seed, numRuns: Math.min(ROUND, wanted.histories - histories) },
    );
    if (result.failed) {
      console.error(`BROKEN in the round of seed ${seed}, path ${result.counterexamplePath}:`);
      console.error(result.errorInstance);
      console.error(JSON.stringify(result.counterexample?.[0]));
      console.error(`Again: npm run law -- --store ${values.store} --seed ${seed} --histories ${ROUND}`);
      return false;
    }
    if (performance.now() - announced < 1000) continue;
    announced = performance.now();
    console.log(`${steps} steps in ${histories} histories, ${toSeconds()} s`);
  }
  console.log(`The law held over ${steps} steps in ${histories} histories, in ${toSeconds()} s.`);
  return true;
}

function toCount(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const count = Number(text);
  return Number.isSafeInteger(count) && count >= 1 ? count : fail();
}

function fail(): never {
  console.error(USAGE);
  process.exit(2);
}
