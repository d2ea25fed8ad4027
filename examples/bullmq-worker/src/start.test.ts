import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { expectNothingAt } from "../../../tooling/expect-nothing-at.ts";
import { type FinishedRun, runExample } from "../../../tooling/run-example.ts";

const EXAMPLE = fileURLToPath(new URL("..", import.meta.url));

/** Runs it without the settings of this machine. */
function start(redisUrl?: string): Promise<FinishedRun> {
  const { REDIS_URL: _, ...env } = process.env;
  return runExample(EXAMPLE, { ...env, ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }) });
}

it("refunds what the budget holds, delays the rest, fails what no day would allow", async () => {
  const { code, stdout, stderr } = await start(process.env.KEYBRAKE_TEST_REDIS_URL);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout.match(/20\.00 USD {2}refunded: re_\w+, with key_\w+\n/g)).toHaveLength(5);
  expect(stdout.match(/20\.00 USD {2}waits [\d.]+ h, for the next day of the budget\n/g)).toHaveLength(2);
  expect(stdout).toMatch(/200\.00 USD {2}failed, after 1 of 3 attempts: cap_exhausted: /);
  expect(stdout).toContain("the budget has given 100.00 USD of 100.00 USD\n");
  expect(stdout).toContain("8 vault keys were issued, 0 are alive\n");
  expect(stdout).not.toContain("vk_");
  if (!process.env.KEYBRAKE_TEST_REDIS_URL)
    await expectNothingAt(/redis:\/\/127\.0\.0\.1:(\d+)/.exec(stdout)?.[1]);
});

it("says in one sentence that nothing answers at REDIS_URL", async () => {
  const { code, stdout, stderr } = await start("redis://127.0.0.1:1");
  expect({ code, stdout, stderr }).toEqual({
    code: 1,
    stdout: "",
    stderr: "Nothing answers at REDIS_URL.\n",
  });
});
