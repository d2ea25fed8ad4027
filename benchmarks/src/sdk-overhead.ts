import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findPort } from "../../tooling/redis-server.ts";
import type { BenchContext } from "./bench-context.ts";
import { issueKey, KEYBRAKE_TOKEN, makePolicy, payOnce, startKeybrake } from "./keybrake-proxy.ts";
import { startBeside, startOnProxyCore, toPath, untilListening } from "./processes.ts";
import type { Scenario } from "./scenario.ts";

/** Bodies that a real Keybrake gave. */
export interface CannedAnswers {
  issued: string;
  revoked: string;
  payment: string;
}

/** `withVaultKey` with one call of `key.fetch`, beside the same three requests by hand. */
export const sdkOverhead: Scenario = {
  name: "sdk",
  async run(context, { rounds, seconds }) {
    const directory = await context.makeDirectory();
    const file = join(directory, "answers.json");
    await writeFile(file, JSON.stringify(await recordAnswers(context, directory)));
    const port = await findPort();
    const server = startBeside(toPath("servers/canned-keybrake.ts"), { args: [String(port), file] });
    await untilListening(port, server);
    const url = `http://127.0.0.1:${port}`;
    const values: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      const cost = await measureClient(url, seconds);
      context.log(
        `  round ${round}: ${cost.fetch.toFixed(0)} and ${cost.sdk.toFixed(0)} µs of CPU per key and call`,
      );
      values.push(cost.sdk / cost.fetch);
    }
    await server.stop();
    const title = "SDK: CPU of withVaultKey and one key.fetch, beside the same three fetches by hand";
    return { name: "sdk", figures: [{ id: "sdk", title, unit: "×", limit: 1.5, goal: 1.1, values }] };
  },
};

/** CPU microseconds per key and call. */
async function measureClient(url: string, seconds: number): Promise<{ sdk: number; fetch: number }> {
  const client = startOnProxyCore(toPath("servers/sdk-client.ts"), { args: [url, String(seconds)] });
  await client.closed;
  if (client.stdout() === "") throw new Error(client.stderr());
  return JSON.parse(client.stdout()) as { sdk: number; fetch: number };
}

async function recordAnswers(context: BenchContext, directory: string): Promise<CannedAnswers> {
  const proxy = await startKeybrake({ store: "memory", upstream: context.vendorUrl, directory });
  const key = await issueKey(proxy.url, makePolicy());
  const payment = await payOnce(proxy.url, key.token);
  const revoked = await fetch(`${proxy.url}/v1/keys/${key.id}`, {
    method: "DELETE",
    headers: { Authorization: `Bearer ${KEYBRAKE_TOKEN}` },
  });
  const answers = {
    issued: JSON.stringify(key),
    payment,
    revoked: await revoked.text(),
  };
  if (!revoked.ok) throw new Error(`the key could not be revoked: ${answers.revoked}`);
  await proxy.program.stop();
  return answers;
}
