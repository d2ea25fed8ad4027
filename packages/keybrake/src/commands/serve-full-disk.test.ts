import { startStripeSandbox } from "@keybrake/sandbox";
import { expect, it, onTestFinished } from "vitest";
import { type Cli, makeFolder, startCli } from "../testing/start-cli.ts";

const TOKEN = "kb_only_for_this_test";
const LIVE_SECRET = "sk_live_only_for_this_test";

interface Answer {
  status: number;
  code: string | null;
  json: { id: string; token: string; spend: { total_usd: number; held_usd: number } };
}

async function send(url: string, token: string, body?: string, type = "application/json"): Promise<Answer> {
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${token}`, "content-type": type },
    ...(body === undefined ? {} : { method: "POST", body }),
  });
  const json = (await response.json()) as Answer["json"];
  return { status: response.status, code: response.headers.get("x-keybrake-code"), json };
}

it("forwards nothing while the disk is full, and goes on when there is room again", async () => {
  const sandbox = await startStripeSandbox({ secretKey: LIVE_SECRET });
  onTestFinished(() => sandbox.close());
  const vendors = { stripe: { upstream: sandbox.url, credential: "env:STRIPE_SECRET_KEY" } };
  const cwd = await makeFolder({
    "keybrake.config.json": JSON.stringify({ listen: "127.0.0.1:0", vendors }),
  });
  const serve = async (limit: { fileBlocks?: number }): Promise<{ cli: Cli; url: string }> => {
    const env = { KEYBRAKE_TOKEN: TOKEN, STRIPE_SECRET_KEY: LIVE_SECRET };
    const cli = startCli(["serve"], { cwd, env, secrets: [TOKEN, LIVE_SECRET], ...limit });
    const [, url = ""] = await cli.waitFor(/^Keybrake listens on (\S+)\n/);
    return { cli, url };
  };
  const pay = (url: string, token: string): Promise<Answer> =>
    send(
      `${url}/stripe/v1/payment_intents`,
      token,
      "amount=100&currency=usd",
      "application/x-www-form-urlencoded",
    );

  const { cli, url: full } = await serve({ fileBlocks: 2000 });
  const policy = { label: "full", vendor: "stripe", total_usd_cap: 500, expires_in: "1h" };
  const { json: key } = await send(`${full}/v1/keys`, TOKEN, JSON.stringify(policy));
  let last = await pay(full, key.token);
  while (last.status === 200) last = await pay(full, key.token);
  expect([last.status, last.code]).toEqual([503, "store_unavailable"]);
  const executed = sandbox.ledger().executedCalls;
  expect(executed).toBeGreaterThan(0);
  for (let round = 0; round < 5; round++) expect((await pay(full, key.token)).status).toBe(503);
  expect(sandbox.ledger().executedCalls).toBe(executed);
  // Each asking writes a little, for which there may have been room.
  let ready = await fetch(`${full}/readyz`);
  while (ready.status === 200) ready = await fetch(`${full}/readyz`);
  expect(ready.status).toBe(503);
  cli.kill("SIGKILL");
  await cli.exitCode();

  const { url: again } = await serve({});
  const { spend } = (await send(`${again}/v1/keys/${key.id}`, TOKEN)).json;
  expect(spend.total_usd + spend.held_usd).toBe(executed);
  expect((await pay(again, key.token)).status).toBe(200);
});
