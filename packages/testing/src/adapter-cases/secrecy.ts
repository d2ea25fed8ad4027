import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { AdapterCase } from "./adapter-case.ts";
import { captureOutput, scenario, until } from "./bench.ts";

/** Who gets to see a token. */
export const secrecyCases: readonly AdapterCase[] = [
  {
    name: "shows the token to nobody: not in logs, errors, events or answers",
    needs: [],
    run(host, keybrake) {
      return scenario(
        host,
        keybrake,
        (bench) => ({
          async handler(key, input) {
            console.log(key, `${key}`, { key });
            if (input === "throws") throw new Error(`failed with ${key}`, { cause: key });
            if (input === "is refused") await bench.client.issue({ ...bench.policy(input), dailyUsdCap: -1 });
            return `${key} ${JSON.stringify({ key })}`;
          },
        }),
        async (bench, mounted) => {
          const answers: string[] = [];
          const printed = await captureOutput(async () => {
            for (const input of ["succeeds", "throws", "is refused"]) {
              answers.push((await mounted.start(input).ended).text);
            }
            bench.faults.revoke = true;
            answers.push((await mounted.start("can't be revoked").ended).text);
            await until("onRevokeError is told", () => bench.revokeErrors.length > 0);
            bench.faults.issue = true;
            answers.push((await mounted.start("can't be issued").ended).text);
          });
          const keyIds = bench.issued.map(({ id }) => id);
          await until("all that the host printed is here", () =>
            keyIds.every((id) => mounted.printed?.().includes(id) ?? true),
          );
          const shown = [
            printed,
            mounted.printed?.() ?? "",
            ...answers,
            inspect(
              { errors: mounted.errors, revokeErrors: bench.revokeErrors, events: bench.events },
              { depth: null, showHidden: true },
            ),
            JSON.stringify([mounted.errors, bench.revokeErrors, bench.events]),
          ].join("\n");
          assert.equal(bench.issued.length, 4);
          for (const { id, token } of bench.issued) {
            assert.ok(shown.includes(id), "the key was not shown at all");
            assert.ok(!shown.includes(token), "a token was shown");
          }
        },
      );
    },
  },
];
