import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import type { ProxyConfig } from "../src/config/config.ts";

const TOKEN = "kb_replicas";

/** What an answer of a replica has told. */
export interface ReplicaAnswer<Body = Record<string, unknown>> {
  status: number;
  code: string | null;
  json: Body;
}

/** A proxy in a process of its own. */
export interface Replica {
  control<Body>(method: string, path: string, body?: object): Promise<ReplicaAnswer<Body>>;
  /** A charge of one dollar; `undefined` where the replica gave no answer. */
  charge(token: string): Promise<ReplicaAnswer | undefined>;
  /** A call whose answer goes on; resolves when it has begun. */
  open(token: string): Promise<Response>;
  kill(): void;
}

/** Starts replicas of one ledger before one vendor, each with its clock so far ahead. */
export async function startReplicas<Clocks extends readonly number[]>(
  { redisUrl, upstream }: { redisUrl: string; upstream: string },
  clocksAheadMs: Clocks,
): Promise<{ [Index in keyof Clocks]: Replica }> {
  const config: ProxyConfig = {
    listen: "127.0.0.1:0",
    store: redisUrl,
    redis: { prefix: randomUUID() },
    tokens: [{ name: "first", token: TOKEN }],
    vendors: { stripe: { upstream, credential: "sk_test_replicas" } },
    limits: { upstream_timeout_ms: 1000 },
  };
  const replicas = await Promise.all(clocksAheadMs.map((clockAheadMs) => start(config, clockAheadMs)));
  return replicas as { [Index in keyof Clocks]: Replica };
}

async function start(config: ProxyConfig, clockAheadMs: number): Promise<Replica> {
  const program = fileURLToPath(new URL("./replica.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=keybrake-source", program], {
    // The Redis of the tests keeps nothing on disk, and the proxy says so.
    env: { ...process.env, NODE_NO_WARNINGS: "1", REPLICA: JSON.stringify({ config, clockAheadMs }) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const url = await readUrl(child);
  const call = (token: string, init: RequestInit, path: string): Promise<Response> =>
    fetch(`${url}${path}`, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });
  return {
    control: async (method, path, body) =>
      readAnswer(
        await call(
          TOKEN,
          {
            method,
            headers: { "content-type": "application/json" },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          },
          path,
        ),
      ),
    async charge(token) {
      const body = new URLSearchParams({ amount: "100", currency: "usd", source: "tok_visa" });
      try {
        return await readAnswer(await call(token, { method: "POST", body }, "/stripe/v1/charges"));
      } catch {
        return undefined;
      }
    },
    open: (token) => call(token, {}, "/stripe/v1/events"),
    kill: () => void child.kill("SIGKILL"),
  };
}

async function readUrl(child: ChildProcess): Promise<string> {
  const said = await Promise.race([once(child.stdout ?? child, "data"), once(child, "exit")]);
  return String(said[0]).trim();
}

async function readAnswer<Body>(response: Response): Promise<ReplicaAnswer<Body>> {
  const json = (await response.json()) as Body;
  return { status: response.status, code: response.headers.get("x-keybrake-code"), json };
}
