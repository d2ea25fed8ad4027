import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { Miniflare } from "miniflare";

/** A program of another runtime that serves HTTP on the loopback interface. */
export interface RunningProgram {
  readonly url: string;
  /** All that it has printed, on both streams. */
  printed(): string;
  stop(): Promise<void>;
}

type Environment = Record<string, string>;

/** A file of one of the packages that hold a runtime for one platform: its launcher's, which would be its parent. */
function findProgram(launcher: string, file: string): string {
  return createRequire(launcher).resolve(file);
}

/** The `deno` of the npm package. */
export const DENO: string = findProgram(
  import.meta.resolve("deno/package.json"),
  `@deno/${process.platform}-${process.arch}${process.platform === "linux" ? "-glibc" : ""}/deno`,
);

/** The `bun` of the npm package. */
export const BUN: string = findProgram(
  import.meta.resolve("bun/package.json"),
  `@oven/bun-${process.platform}-${process.arch === "arm64" ? "aarch64" : process.arch}/bin/bun`,
);

/**
 * Runs a program in Deno, on the packages of `node_modules`. It may reach the loopback interface and read the given
 * variables, and nothing else. It has to print where it listens, as `Deno.serve` does by itself.
 *
 * @param flags further ones, such as `["--unstable-kv"]`
 */
export function startDeno(
  file: URL,
  environment: Environment,
  flags: string[] = [],
): Promise<RunningProgram> {
  return startProgram(
    DENO,
    // biome-ignore format: one option a line
    [
      "run",
      "--no-prompt",
      "--no-check",
      "--no-remote",
      "--no-lock",
      "--node-modules-dir=manual",
      "--allow-net=127.0.0.1",
      `--allow-env=${["NO_COLOR", ...Object.keys(environment)].join()}`,
      ...flags,
      fileURLToPath(file),
    ],
    environment,
  );
}

/** Runs a program in Bun, which has to print where it listens. */
export function startBun(file: URL, environment: Environment): Promise<RunningProgram> {
  return startProgram(BUN, ["run", "--no-install", fileURLToPath(file)], environment);
}

/** Runs a program with `export default { fetch }` in workerd; the environment is its second argument. */
export async function startWorkerd(file: URL, environment: Environment): Promise<RunningProgram> {
  const { outputFiles } = buildSync({
    entryPoints: [fileURLToPath(file)],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2023",
    conditions: ["workerd"],
  });
  let output = "";
  const worker = new Miniflare({
    modules: true,
    script: outputFiles[0]?.text ?? "",
    compatibilityDate: "2026-07-01",
    compatibilityFlags: ["enable_request_signal"],
    bindings: environment,
    // No look-up of where on earth this is.
    cf: false,
    host: "127.0.0.1",
    handleRuntimeStdio(...streams: Readable[]) {
      for (const stream of streams) {
        stream.on("data", (chunk) => {
          output += chunk;
        });
      }
    },
  });
  const url = await worker.ready;
  return { url: url.origin, printed: () => output, stop: () => worker.dispose() };
}

/** Starts a process and waits until it prints where it listens. */
export async function startProgram(
  command: string,
  args: string[],
  environment: Environment,
): Promise<RunningProgram> {
  const child = spawn(command, args, {
    // Of ours it gets only what any program needs to start.
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: "1", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  }
  const stop = (): Promise<void> => end(child);
  try {
    const url = await new Promise<string>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`${command} ended with code ${code}:\n${output}`)));
      child.stdout.on("data", look);
      child.stderr.on("data", look);
      function look(): void {
        const found = /https?:\/\/(?:127\.0\.0\.1|localhost):\d+/.exec(output);
        if (found) resolve(found[0]);
      }
    });
    return { url, printed: () => output, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill();
  await exited;
}
