import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PRIVATE_REDIS, REDIS_LIBRARIES } from "../scripts/set-up-redis.mjs";

/** A Redis of this process, on the loopback interface. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Its files, such as the append-only file; kept by `stop` and `kill`, so that it can be started again on them. */
  readonly directory: string;
  /** Ends it as an operator does. */
  stop(): Promise<void>;
  /** Ends it as a crash does: SIGKILL. */
  kill(): Promise<void>;
  /** Removes its files too. */
  remove(): Promise<void>;
}

export interface RedisOptions {
  /** Default: one that is free. */
  port?: number;
  /** Default: a new one. */
  directory?: string;
  /** Further arguments of redis-server, such as `["--appendonly", "yes"]`. */
  args?: string[];
}

/** A port that was free a moment ago. */
export async function findPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Starts a real Redis, that of the PATH or the copy that `scripts/setup.mjs` keeps, and waits until it answers. */
export async function startRedis({ port, directory, args = [] }: RedisOptions = {}): Promise<RedisServer> {
  const listenOn = port ?? (await findPort());
  const files = directory ?? (await mkdtemp(join(tmpdir(), "keybrake-redis-")));
  // biome-ignore format: one option a line
  return runRedis(listenOn, files, [
    "--port", String(listenOn),
    "--bind", "127.0.0.1",
    "--save", "",
    "--appendonly", "no",
    "--dir", files,
    "--maxmemory-policy", "noeviction",
    ...args,
  ]);
}

/** Starts a Redis Sentinel that watches one master under the name `main`, and soon gives it up where it is gone. */
export async function startSentinel(master: RedisServer): Promise<RedisServer> {
  const port = await findPort();
  const directory = await mkdtemp(join(tmpdir(), "keybrake-sentinel-"));
  const file = join(directory, "sentinel.conf");
  const lines = [
    `port ${port}`,
    "bind 127.0.0.1",
    `dir ${directory}`,
    `sentinel monitor main 127.0.0.1 ${master.port} 1`,
    "sentinel down-after-milliseconds main 500",
    "sentinel failover-timeout main 2000",
  ];
  await writeFile(file, `${lines.join("\n")}\n`);
  return runRedis(port, directory, [file, "--sentinel"]);
}

async function runRedis(port: number, directory: string, args: string[]): Promise<RedisServer> {
  const own = existsSync(PRIVATE_REDIS);
  const child = spawn(own ? PRIVATE_REDIS : "redis-server", args, {
    stdio: ["ignore", "ignore", "inherit"],
    env: own ? { ...process.env, LD_LIBRARY_PATH: REDIS_LIBRARIES } : process.env,
  });
  await untilAnswering(child, port);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    directory,
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    async remove() {
      await end("SIGTERM");
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function untilAnswering(child: ChildProcess, port: number): Promise<void> {
  let failure: Error | undefined;
  child.once("error", (error) => {
    failure = new Error(`redis-server can't be started: run "node scripts/setup.mjs" (${error.message})`);
  });
  child.once("exit", (code) => {
    failure ??= new Error(`redis-server ended with code ${code} before it answered`);
  });
  while (!(await answers(port))) {
    if (failure) throw failure;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("error", () => resolve(false));
    socket.once("connect", () => socket.write("PING\r\n"));
    socket.once("data", (data) => {
      resolve(data.toString().startsWith("+PONG"));
      socket.destroy();
    });
  });
}

const PONG = "+PONG\r\n";

/** Sends one command, and gives the answer as it comes. */
export async function askRedis(port: number, command: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  // What comes before the second answer is the first.
  socket.write(`${command}\r\nPING\r\n`);
  let answer = "";
  for await (const chunk of socket) {
    answer += String(chunk);
    if (answer.endsWith(PONG)) break;
  }
  return answer.slice(0, -PONG.length);
}
