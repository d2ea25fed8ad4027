import { type ChildProcess, execFileSync, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const LOAD_CORE = "0";
const PROXY_CORE = "1";
const STOP_WITHIN_MS = 15_000;

/** Whether the proxy has a core of its own. */
export const pinned = availableParallelism() > 1 && hasTaskset();

const running = new Set<ChildProcess>();

/** Keeps this process on the load core; everything it starts inherits that, except what is started as a proxy. */
export function pinSelf(): void {
  if (pinned) execFileSync("taskset", ["-acp", LOAD_CORE, String(process.pid)], { stdio: "ignore" });
}

export interface ProgramOptions {
  args?: readonly string[];
  env?: Record<string, string>;
  cwd?: string;
  nodeArgs?: readonly string[];
}

export interface Program {
  readonly pid: number;
  /** What it has written to stderr. */
  stderr(): string;
  stdout(): string;
  exited(): boolean;
  /** Ends it as an operator does, and by force if it hangs. */
  stop(): Promise<void>;
  /** Resolves when it ends by itself. */
  closed: Promise<void>;
}

/** Starts a Node program on the proxy's core. */
export function startOnProxyCore(file: string, options: ProgramOptions = {}): Program {
  return start(pinned ? ["taskset", "-c", PROXY_CORE] : [], file, options);
}

/** Starts a Node program on the core that this process is on. */
export function startBeside(file: string, options: ProgramOptions = {}): Program {
  return start([], file, options);
}

function start(prefix: readonly string[], file: string, options: ProgramOptions): Program {
  const { args = [], env = {}, cwd, nodeArgs = [] } = options;
  const [command = "", ...rest] = [...prefix, process.execPath, ...nodeArgs, file, ...args];
  const child = spawn(command, rest, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  running.add(child);
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] = (output[name] + text).slice(-20_000);
    });
  }
  const closed = once(child, "close").then(() => void running.delete(child));
  return {
    pid: child.pid ?? 0,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    exited: () => child.exitCode !== null || child.signalCode !== null,
    closed,
    async stop() {
      child.kill("SIGTERM");
      const force = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MS);
      await closed;
      clearTimeout(force);
    },
  };
}

/** Starts a program that is spoken to by messages. */
export function forkBeside(file: string): ChildProcess {
  const child = fork(file, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

/** The path of a program in this folder. */
export function toPath(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** Resolves when a port takes connections. */
export async function untilListening(port: number, program: Program): Promise<void> {
  while (!(await takesConnections(port))) {
    if (program.exited()) throw new Error(`a program ended before it listened: ${program.stderr()}`);
    await sleep(20);
  }
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** Ends what still runs, at once. */
export function killAll(): void {
  for (const child of running) child.kill("SIGKILL");
}

function hasTaskset(): boolean {
  try {
    execFileSync("taskset", ["-V"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
