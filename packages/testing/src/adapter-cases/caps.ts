import assert from "node:assert/strict";
import { isCapExhausted, KeybrakeError } from "@keybrake/core";
import type { AdapterCase } from "./adapter-case.ts";
import { scenario } from "./bench.ts";

/** Spent caps. */
export const capCases: readonly AdapterCase[] = [
  {
    name: "hands on a spent cap as a typed error, after one attempt",
    needs: [],
    run(host, keybrake) {
      const seen: unknown[] = [];
      return scenario(
        host,
        keybrake,
        (bench) => ({
          policy: (input) => ({ ...bench.policy(input), dailyUsdCap: keybrake.spendingCall.usd / 2 }),
          async handler(key) {
            await bench.spend(key).catch((error: unknown) => seen.push(error));
            return "done";
          },
        }),
        async (bench, mounted) => {
          await mounted.start("alpha").ended;
          const [error] = seen;
          assert.ok(isCapExhausted(error));
          assert.ok(KeybrakeError.isInstance(error));
          assert.deepEqual([error.name, error.retryable], ["CapExhaustedError", false]);
          assert.equal(bench.vendorCalls, 1);
        },
      );
    },
  },
  {
    name: "answers 402 where the handler lets a spent cap through",
    needs: ["http"],
    run(host, keybrake) {
      return scenario(
        host,
        keybrake,
        (bench) => ({
          policy: (input) => ({ ...bench.policy(input), dailyUsdCap: keybrake.spendingCall.usd / 2 }),
          handler: async (key) => String((await bench.spend(key)).ok),
        }),
        async (bench, mounted) => {
          const end = await mounted.start("alpha").ended;
          assert.equal(end.status, 402);
          assert.deepEqual(JSON.parse(end.text), { error: "spend_cap_exceeded" });
          assert.equal(bench.vendorCalls, 1);
        },
      );
    },
  },
];
