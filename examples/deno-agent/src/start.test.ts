import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { expectNothingAt } from "../../../tooling/expect-nothing-at.ts";
import { runExample } from "../../../tooling/run-example.ts";

const EXAMPLE = fileURLToPath(new URL("..", import.meta.url));

it("caps requests, a conversation and a queue in Deno, and leaves no key and no process", async () => {
  const { code, stdout, stderr } = await runExample(EXAMPLE);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/POST \/charge 15\.00 USD: 200 ch_\w+\n {2}POST \/charge 25\.00 USD: 402 spend_cap/);
  expect(stdout.match(/POST \/chats\/42\/charge 20\.00 USD: 200 ch_\w+\n/g)).toHaveLength(2);
  expect(stdout.match(/POST \/chats\/42\/charge 20\.00 USD: 402 spend_cap_exceeded\n/g)).toHaveLength(1);
  expect(stdout.match(/refund of ch_\w+: succeeded, with key_\w+\n/g)).toHaveLength(2);
  expect(stdout.match(/refund of ch_\w+: refused: cap_exhausted\n/g)).toHaveLength(1);
  expect(stdout).toContain(
    "Stripe has moved 132.00 USD, with the refunds\n8 vault keys were issued, 0 are alive\n",
  );
  expect(stdout).not.toContain("vk_");
  await expectNothingAt(/backend {2}http:\/\/127\.0\.0\.1:(\d+)/.exec(stdout)?.[1]);
});
