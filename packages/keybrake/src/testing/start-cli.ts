import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, vi } from "vitest";

const BUILT = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const WAIT = { timeout: 30_000, interval: 10 };

/** The built program as a process of its own. It is ended with its test. */
export interface Cli {
  stdout(): string;
  stderr(): string;
  kill(signal: NodeJS.Signals): void;
  /** Leaves, as `head` does when it has had enough. */
  stopReading(): void;
  /** The exit code, once the process has ended and said all. */
  exitCode(): Promise<number | null>;
  /** The first match in stdout. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
  /** With `--json`: the events of one name, once there are as many. */
  waitForEvents<Event>(name: string, count?: number): Promise<[Event, ...Event[]]>;
}

export interface CliOptions {
  cwd?: string;
  /** All of the environment but PATH. */
  env?: Record<string, string>;
  /** What must never be in its output, whatever the test does. */
  secrets?: readonly string[];
  /** No file may grow beyond so many blocks (512 B or 1 KiB, as the shell counts), as if the disk were full. */
  fileBlocks?: number;
}

export function startCli(
  args: readonly string[],
  { cwd, env, secrets = [], fileBlocks }: CliOptions = {},
): Cli {
  if (!existsSync(BUILT)) throw new Error("dist/main.js is missing: run `npm run build -w keybrake` first");
  const command = [process.execPath, BUILT, ...args];
  const limited = ["sh", "-c", `ulimit -f ${fileBlocks}; exec "$@"`, "sh", ...command];
  const [program = "", ...rest] = fileBlocks === undefined ? command : limited;
  const child = spawn(program, rest, {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text;
  });
  const closed = once(child, "close") as Promise<[code: number | null]>;

  onTestFinished(async () => {
    child.kill("SIGKILL");
    await closed;
    for (const secret of secrets) expect(output.stdout + output.stderr).not.toContain(secret);
  });

  async function waitUntil<Found>(what: string, find: () => Found | undefined | null): Promise<Found> {
    return await vi.waitFor(() => {
      const found = find();
      if (found === undefined || found === null) {
        throw new Error(`no ${what} in:\n${output.stdout}\nand on stderr:\n${output.stderr}`);
      }
      return found;
    }, WAIT);
  }

  return {
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    kill: (signal) => void child.kill(signal),
    stopReading: () => void child.stdout.destroy(),
    async exitCode() {
      await waitUntil("end", () => child.exitCode ?? child.signalCode);
      const [code] = await closed;
      return code;
    },
    waitFor: (pattern) => waitUntil(String(pattern), () => pattern.exec(output.stdout)),
    waitForEvents<Event>(name: string, count = 1) {
      return waitUntil(`${count} ${name}`, () => {
        const complete = output.stdout.split("\n").slice(0, -1);
        const events = complete.map((line) => JSON.parse(line) as Event & { event: string });
        const named = events.filter(({ event }) => event === name);
        return named.length < count ? undefined : (named as [Event, ...Event[]]);
      });
    },
  };
}

/** A folder for one test, with these files in it. */
export async function makeFolder(files: Record<string, string> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "keybrake-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}
