/**
 * The law over as many steps as there is time for: `npm run law -- --steps 1000000 [--seed N]`.
 */
import { parseArgs } from "node:util";
import fc from "fast-check";
import { playHistory } from "./play-history.ts";
import { historyOf } from "./store-steps.ts";

const { values } = parseArgs({
  options: { steps: { type: "string", default: "1000000" }, seed: { type: "string" } },
});
const wanted = Number(values.steps);
const firstSeed = values.seed === undefined ? Date.now() % 1_000_000_000 : Number(values.seed);
if (!Number.isSafeInteger(wanted) || wanted < 1 || !Number.isSafeInteger(firstSeed)) {
  console.error("usage: npm run law -- [--steps <count>] [--seed <integer>]");
  process.exit(2);
}

const HISTORIES_A_ROUND = 500;
const started = performance.now();
let steps = 0;
let histories = 0;
let announced = 0;

console.log(`The law, over ${wanted} steps, from seed ${firstSeed}`);
for (let round = 0; steps < wanted; round++) {
  const seed = firstSeed + round;
  const result = await fc.check(
    fc.asyncProperty(historyOf(200), async (history) => {
      steps += await playHistory(history);
      histories++;
    }),
    { seed, numRuns: HISTORIES_A_ROUND },
  );
  if (result.failed) {
    console.error(`BROKEN in the round of seed ${seed}, path ${result.counterexamplePath}:`);
    console.error(result.errorInstance);
    console.error(JSON.stringify(result.counterexample?.[0]));
    console.error(`Again: npm run law -- --seed ${seed} --steps 1`);
    process.exit(1);
  }
  if (steps - announced >= wanted / 10 || steps >= wanted) {
    announced = steps;
    console.log(`${steps} steps in ${histories} histories, ${toSeconds()} s`);
  }
}
console.log(`The law held over ${steps} steps in ${histories} histories, in ${toSeconds()} s.`);

function toSeconds(): string {
  return ((performance.now() - started) / 1000).toFixed(1);
}
