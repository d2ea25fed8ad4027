import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { expectNothingAt } from "../../../tooling/expect-nothing-at.ts";
import { runExample } from "../../../tooling/run-example.ts";

const EXAMPLE = fileURLToPath(new URL("..", import.meta.url));

it("charges what the cap holds, on Node and on workerd, and ends", async () => {
  const { code, stdout, stderr } = await runExample(EXAMPLE);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).not.toMatch(/vk_|sk_|kb_/);

  const [, onNode = "", onWorkerd = ""] = stdout.split("the app on ");
  expect(onNode).toMatch(/^Node, http/);
  expect(onWorkerd).toMatch(/^workerd, http/);
  for (const shown of [onNode, onWorkerd]) {
    expect(shown.match(/^ {2}200 \{"customer":"\w+","amountCents":2000,"id":"pi_\w+"\}$/gm)).toHaveLength(5);
    expect(shown.match(/^ {2}402 \{"error":"spend_cap_exceeded"\}$/gm)).toHaveLength(1);
    expect(shown.match(/^ {2}\{"customer":"\w+","amountCents":2000,"id":"pi_\w+"\}$/gm)).toHaveLength(5);
    expect(shown.match(/^ {2}\{"error":"spend_cap_exceeded"\}$/gm)).toHaveLength(1);
    expect(shown).toContain("Stripe's books: 10 payment intents\nvault keys: 7 issued, 7 revoked\n");
    await expectNothingAt(/127\.0\.0\.1:(\d+)/.exec(shown)?.[1]);
  }
});
