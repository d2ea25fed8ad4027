import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { expectNothingAt } from "../../../tooling/expect-nothing-at.ts";
import { type FinishedRun, runExample } from "../../../tooling/run-example.ts";

const EXAMPLE = fileURLToPath(new URL("..", import.meta.url));

/** Runs it without the settings of this machine. */
function start(environment: NodeJS.ProcessEnv): Promise<FinishedRun> {
  const { MODEL: _model, AI_GATEWAY_API_KEY: _key, ...env } = process.env;
  return runExample(EXAMPLE, { ...env, ...environment });
}

it("charges what the cap holds, and ends at the first refusal", async () => {
  const { code, stdout, stderr } = await start({});
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout.match(/^charge\(.*\)\n {2}\{"id":"pi_\w+"\}$/gm)).toHaveLength(4);
  expect(stdout.match(/^ {2}refused: spend_cap_exceeded$/gm)).toHaveLength(1);
  expect(stdout).toContain("the run ended: Refused: spend_cap_exceeded. ");
  expect(stdout).toContain("Stripe's books: 4 payment intents, 90.00 USD\n");
  expect(stdout.match(/^vault key key_\w+: revoked$/gm)).toHaveLength(1);
  expect(stdout).not.toMatch(/vk_|sk_|kb_/);
  await expectNothingAt(/127\.0\.0\.1:(\d+)/.exec(stdout)?.[1]);
});

it("says what a real model needs, and ends", async () => {
  const { code, stdout, stderr } = await start({ MODEL: "vendor/model" });
  expect(code).toBe(1);
  expect(stderr).toContain("AI_GATEWAY_API_KEY");
  await expectNothingAt(/127\.0\.0\.1:(\d+)/.exec(stdout)?.[1]);
});
