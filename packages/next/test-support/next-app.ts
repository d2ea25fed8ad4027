import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const NEXT = createRequire(import.meta.url).resolve("next/dist/bin/next");

/** `next start`, as a process of its own. */
export interface NextApp {
  readonly url: string;
  /** What it has printed until now. */
  output(): string;
  /** Ends it, and whatever it started; by default at once. */
  close(signal?: "SIGTERM"): Promise<void>;
}

/** Runs `next build` in one of the directories here, and resolves with what it printed. */
export async function buildApp(name: string, environment: Record<string, string>): Promise<string> {
  const { child, output } = runNext(name, ["build"], environment);
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`next build of ${name} ended with code ${code}:\n${output()}`);
  return output();
}

/** Starts what was built, on a free port. */
export async function startApp(name: string, environment: Record<string, string>): Promise<NextApp> {
  const { child, output } = runNext(name, ["start", "--hostname", "127.0.0.1", "--port", "0"], environment);
  const exited = once(child, "exit");
  let url: string | undefined;
  while (!url || !output().includes("Ready")) {
    const [code] = await Promise.race([once(child.stdout as NodeJS.ReadableStream, "data"), exited]);
    if (typeof code === "number") throw new Error(`next start ended with code ${code}:\n${output()}`);
    url = output().match(/http:\/\/127\.0\.0\.1:\d+/)?.[0];
  }
  return {
    url,
    output,
    async close(signal) {
      process.kill(-(child.pid as number), signal ?? "SIGKILL");
      await exited;
    },
  };
}

function runNext(
  name: string,
  args: string[],
  environment: Record<string, string>,
): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, [NEXT, ...args], {
    cwd: fileURLToPath(new URL(`./${name}`, import.meta.url)),
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NEXT_TELEMETRY_DISABLED: "1", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
  }
  return { child, output: () => printed };
}
