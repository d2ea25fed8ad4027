import assert from "node:assert/strict";
import type { AdapterCase } from "./adapter-case.ts";
import { createGate, scenario, until } from "./bench.ts";

/** Callers who leave. */
export const leavingCases: readonly AdapterCase[] = [
  {
    name: "revokes when the caller leaves while the handler runs",
    needs: ["leave"],
    run(host, keybrake) {
      const entered = createGate();
      const finish = createGate();
      return scenario(
        host,
        keybrake,
        () => ({
          async handler() {
            entered.open();
            await finish.opened;
            return "done";
          },
        }),
        async (bench, mounted) => {
          const run = mounted.start("alpha");
          await entered.opened;
          assert.equal(bench.revocations.length, 0);
          run.leave();
          await until("the key is revoked", () => bench.revocations.length > 0);
          finish.open();
        },
      );
    },
  },
  {
    name: "revokes and never runs the handler when the caller leaves while the key is issued",
    needs: ["leave"],
    run(host, keybrake) {
      let handled = 0;
      const answer = createGate();
      return scenario(
        host,
        keybrake,
        (bench) => {
          bench.issueGate = answer;
          return {
            async handler() {
              handled += 1;
              return "done";
            },
          };
        },
        async (bench, mounted) => {
          const run = mounted.start("alpha");
          await until("a key is issued", () => bench.issued.length > 0);
          run.leave();
          await until("the host has noticed", () => mounted.departures() > 0);
          answer.open();
          await until("the key is revoked", () => bench.revocations.length > 0);
          assert.equal(handled, 0);
        },
      );
    },
  },
  {
    name: "revokes when the caller leaves half-way through a stream",
    needs: ["stream", "leave"],
    run(host, keybrake) {
      const proceed = createGate();
      return scenario(
        host,
        keybrake,
        () => ({
          handler: async () =>
            (async function* () {
              yield "first ";
              await proceed.opened;
              yield "last";
            })(),
        }),
        async (bench, mounted) => {
          const run = mounted.start("alpha");
          await until("the first chunk is here", () => run.chunks.length > 0);
          run.leave();
          await until("the key is revoked", () => bench.revocations.length > 0);
          proceed.open();
        },
      );
    },
  },
];
