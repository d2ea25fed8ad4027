import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const EXAMPLE = fileURLToPath(new URL("..", import.meta.url));
const NEXT = createRequire(import.meta.url).resolve("next/dist/bin/next");

/** Builds the app. Says nothing of it, unless it fails. */
export async function buildApp(environment: Record<string, string>): Promise<void> {
  const child = spawnNext(["build"], environment, "pipe");
  let printed = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`next build ended with code ${code}:\n${printed}`);
}

/** Serves the app until it is told to stop. Resolves when it has stopped. */
export async function serveApp(port: string, environment: Record<string, string>): Promise<void> {
  const child = spawnNext(["start", "--hostname", "127.0.0.1", "--port", port], environment, "inherit");
  // A terminal tells both programs; whoever tells only this one means both.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  await once(child, "exit");
}

function spawnNext(
  args: string[],
  environment: Record<string, string>,
  stdout: "pipe" | "inherit",
): ChildProcess {
  return spawn(process.execPath, [NEXT, ...args], {
    cwd: EXAMPLE,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", ...environment },
    stdio: ["ignore", stdout, "inherit"],
  });
}
