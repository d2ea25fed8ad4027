import assert from "node:assert/strict";
import type { AdapterCase } from "./adapter-case.ts";
import { createGate, scenario, until } from "./bench.ts";

/** Answers in chunks. */
export const streamingCases: readonly AdapterCase[] = [
  {
    name: "keeps the key alive until the last chunk of a stream",
    needs: ["stream"],
    run(host, keybrake) {
      const proceed = createGate();
      return scenario(
        host,
        keybrake,
        (bench) => ({
          handler: async (key) =>
            (async function* () {
              yield "first ";
              await proceed.opened;
              yield String((await bench.spend(key)).ok);
            })(),
        }),
        async (bench, mounted) => {
          const run = mounted.start("alpha");
          await until("the first chunk is here", () => run.chunks.join("") === "first ");
          assert.equal(bench.revocations.length, 0);
          proceed.open();
          const end = await run.ended;
          assert.deepEqual([end.ok, end.text], [true, "first true"]);
        },
      );
    },
  },
];
