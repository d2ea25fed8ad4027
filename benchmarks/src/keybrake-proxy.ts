import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { findPort } from "../../tooling/redis-server.ts";
import { type Program, type ProgramOptions, startOnProxyCore, untilListening } from "./processes.ts";
import { AMOUNT } from "./requests.ts";

const require = createRequire(import.meta.url);
const CLI = join(dirname(require.resolve("keybrake/package.json")), "bin/keybrake.js");
const CREDENTIAL = `sk_live_${randomBytes(16).toString("hex")}`;
/** Issues keys in every proxy of this run. */
export const KEYBRAKE_TOKEN = `kbt_bench_${randomBytes(24).toString("hex")}`;

/** Whether the configuration says that an empty store is meant; found out by the first proxy that has one. */
let saysCreateLedger = true;

export interface KeybrakeOptions {
  store: string;
  upstream: string;
  directory: string;
  nodeArgs?: readonly string[];
  env?: Record<string, string>;
}

export interface KeybrakeProxy {
  readonly url: string;
  readonly port: number;
  readonly program: Program;
  /** Milliseconds from its start until it was ready. */
  readonly startedWithinMs: number;
}

/** Starts the built `keybrake serve` with a configuration file. */
export async function startKeybrake(options: KeybrakeOptions): Promise<KeybrakeProxy> {
  const persistent = options.store !== "memory";
  const asked = persistent && saysCreateLedger;
  try {
    return await startWith(options, asked ? { create_ledger: true } : {});
  } catch (error) {
    // A release that doesn't know the field names it.
    if (!asked || !(error as Error).message.includes("create_ledger")) throw error;
    saysCreateLedger = false;
    return await startWith(options, {});
  }
}

async function startWith(options: KeybrakeOptions, fields: object): Promise<KeybrakeProxy> {
  const { store, upstream, directory, nodeArgs = [], env = {} } = options;
  const port = await findPort();
  await mkdir(directory, { recursive: true });
  const config = join(directory, "keybrake.config.json");
  await writeFile(
    config,
    JSON.stringify({
      ...fields,
      listen: `127.0.0.1:${port}`,
      store,
      tokens: [{ name: "bench", tenant: "bench", token: KEYBRAKE_TOKEN }],
      vendors: { stripe: { upstream, credential: CREDENTIAL } },
    }),
  );
  const programOptions: ProgramOptions = {
    args: ["serve", "--config", config],
    cwd: directory,
    nodeArgs,
    env,
  };
  const startedAt = performance.now();
  const program = startOnProxyCore(CLI, programOptions);
  await untilListening(port, program);
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(`${url}/readyz`)).ok) {
    if (program.exited()) throw new Error(program.stderr());
  }
  return { url, port, program, startedWithinMs: performance.now() - startedAt };
}

/** The policy of every key here. */
export function makePolicy(changes: object = {}): object {
  return {
    label: "bench/1",
    vendor: "stripe",
    allowed_endpoints: [
      "POST /v1/customers",
      "POST /v1/payment_intents",
      "GET /v1/payment_intents/*",
      "GET /v1/files/*",
      "POST /v1/refunds",
    ],
    daily_usd_cap: 1e9,
    expires_in: "24h",
    ...changes,
  };
}

/** Issues a vault key, and gives the response's body. */
export async function issueKey(url: string, policy: object): Promise<{ id: string; token: string }> {
  const response = await fetch(`${url}/v1/keys`, {
    method: "POST",
    headers: { Authorization: `Bearer ${KEYBRAKE_TOKEN}`, "Content-Type": "application/json" },
    body: JSON.stringify(policy),
  });
  if (!response.ok) throw new Error(`no key could be issued: ${await response.text()}`);
  return (await response.json()) as { id: string; token: string };
}

/** Makes one payment through the proxy, and gives the response's body. */
export async function payOnce(url: string, token: string): Promise<string> {
  const response = await fetch(`${url}/stripe/v1/payment_intents`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}` },
    body: new URLSearchParams({ amount: String(AMOUNT), currency: "usd" }),
  });
  const body = await response.text();
  if (!response.ok) throw new Error(`the payment failed: ${body}`);
  return body;
}
