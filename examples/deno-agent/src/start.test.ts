import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const EXAMPLE = fileURLToPath(new URL("..", import.meta.url));

/** Runs the one command of the README. */
async function start(): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn("npm", ["start", "--silent"], { cwd: EXAMPLE });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, "close");
  return { code, stdout, stderr };
}

it("caps requests, a conversation and a queue in Deno, and leaves no key and no process", async () => {
  const { code, stdout, stderr } = await start();
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
  const [error] = await once(
    connect(Number(/backend {2}http:\/\/127\.0\.0\.1:(\d+)/.exec(stdout)?.[1])),
    "error",
  );
  expect(error.code).toBe("ECONNREFUSED");
});
