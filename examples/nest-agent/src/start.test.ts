import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it("npm start shows what the agents got, and ends", async () => {
  const child = spawn("npm", ["start", "--silent"], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const printed = await text(child.stdout);
  expect(await ended).toBe(0);

  const [refusedByGuard, paid, ...others] = printed.match(/^ {2}.*$/gm) ?? [];
  expect(refusedByGuard).toMatch(/^ {2}401 .*x-user-id is missing/);
  expect(paid).toMatch(/^ {2}201 {"customer":"cus_1","amountCents":2000,"payment":"pi_\w+"}$/);
  expect(others.map((line) => line.replace(/"payment":"pi_\w+"/, '"payment":"pi_…"'))).toEqual([
    '  {"customer":"cus_0","amountCents":1000,"payment":"pi_…"}',
    '  {"customer":"cus_1","amountCents":1000,"payment":"pi_…"}',
    '  {"customer":"cus_2","amountCents":1000,"payment":"pi_…"}',
    '  {"error":"spend_cap_exceeded"}',
    '  402 {"error":"spend_cap_exceeded"}',
    '  201 {"customer":"cus_2","amountCents":1000,"payment":"pi_…"}',
  ]);
  expect(printed).toContain("4 vault keys were issued, one for each request; 4 of them are revoked.");
  expect(printed).toContain("Stripe's own books say that $60 were charged.");
});
