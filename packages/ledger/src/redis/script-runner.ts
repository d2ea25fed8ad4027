import { setTimeout as sleep } from "node:timers/promises";
import { type ConnectOptions, createClient, type RedisClient } from "./connect.ts";
import { readScripts, type ScriptName } from "./scripts.ts";
import { createServerClock } from "./server-clock.ts";

/** What an answer of a script is made of. */
export type Reply = string | number | null | Reply[];

/** Runs the steps of the ledger. It rejects with an error that holds no argument and no credential. */
export interface ScriptRunner {
  /**
   * Runs a script on what belongs to a tenant, or to nobody.
   *
   * @param text stored as it stands
   * @returns its answer, but for the time
   */
  run(verb: ScriptName, tenant: string | null, args: object, text?: string): Promise<Reply[]>;
  /** Runs single commands of the server, each one step of its own. */
  command<Answer>(send: (client: RedisClient) => Promise<Answer>): Promise<Answer>;
  /** The name of something that belongs to a tenant, as scripts make them too. */
  nameOf(tenant: string | null, ...parts: string[]): string;
  /** The name of something that belongs to no tenant. */
  globalName(...parts: string[]): string;
  /** The channel on which revocations are told. */
  readonly channel: string;
  /** A connection of its own, not yet connected: one that listens can't do anything else. */
  createListener(): RedisClient;
  now(): number;
  /** Asks the server for its time. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export interface ScriptRunnerOptions extends ConnectOptions {
  prefix: string;
  retentionMs: number;
  waitForReplicas: number;
  clock?: (() => number) | undefined;
}

const READING: ReadonlySet<ScriptName> = new Set([
  "get-budget",
  "get-key",
  "list-budgets",
  "list-entries",
  "list-in-flight",
  "list-keys",
]);

export function createScriptRunner(options: ScriptRunnerOptions): ScriptRunner {
  const { prefix, clock, timeoutMs, waitForReplicas } = options;
  const scripts = readScripts();
  const serverClock = createServerClock();
  const client = createClient(options);
  let lastFailure: Error | undefined;
  client.on("error", (error: Error) => {
    lastFailure = error;
  });
  // Only the first connection is waited for; without one later, a step fails at once.
  const opened = client.connect().catch(() => {});
  const channel = `${prefix}:revoked`;

  async function command<Answer>(send: (client: RedisClient) => Promise<Answer>): Promise<Answer> {
    try {
      await Promise.race([opened, sleep(timeoutMs, undefined, { ref: false })]);
      return await send(client);
    } catch (error) {
      throw toError(error, client.status === "ready" ? undefined : lastFailure);
    }
  }

  function nameOf(tenant: string | null, ...parts: string[]): string {
    // What stands in braces decides the slot; a tenant's own braces must not end them.
    const root = tenant === null ? "nobody:{nobody}" : `{${encodeURIComponent(tenant)}}`;
    return [prefix, root, ...parts].join(":");
  }

  async function requireReplicas(): Promise<void> {
    // It counts who has all that this connection has written until now, and so this step too.
    const replicas = await client.wait(waitForReplicas, timeoutMs);
    if (replicas < waitForReplicas) {
      throw new Error(`${replicas} of ${waitForReplicas} replicas have it within ${timeoutMs} ms`);
    }
  }

  return {
    channel,
    createListener: () => createClient(options),
    command,
    nameOf,
    globalName: (...parts) => [prefix, ...parts].join(":"),

    run: (verb, tenant, args, text = "") =>
      command(async () => {
        const { sha, text: script } = scripts[verb];
        const argv = [
          nameOf(tenant),
          clock === undefined ? "" : clock(),
          channel,
          options.retentionMs,
          JSON.stringify(args),
          text,
        ];
        const sentAt = Date.now();
        const reply = await client.evalsha(sha, 1, ...argv).catch((error: Error) => {
          if (!error.message.startsWith("NOSCRIPT")) throw error;
          return client.eval(script, 1, ...argv);
        });
        const [time, ...answer] = reply as [number, ...Reply[]];
        if (clock === undefined) serverClock.hear(time, sentAt);
        if (waitForReplicas > 0 && !READING.has(verb)) await requireReplicas();
        return answer;
      }),

    now: clock ?? serverClock.now,

    ping: () =>
      command(async () => {
        const sentAt = Date.now();
        const [seconds = 0, microseconds = 0] = (await client.time()).map(Number);
        serverClock.hear(seconds * 1000 + Math.floor(microseconds / 1000), sentAt);
      }),

    async close() {
      await opened;
      client.disconnect();
    },
  };
}

/** The client's own errors hold the command with its arguments. */
function toError(error: unknown, failure: Error | undefined): Error {
  const { message } = failure ?? (error as Error);
  return new Error(`Redis: ${message === "" ? "can't be reached" : message}`);
}
