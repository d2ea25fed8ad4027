import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

/** How a command ended, and what it printed. */
export interface FinishedRun {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the one command of an example's README, until it ends. */
export async function runExample(
  folder: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<FinishedRun> {
  const child = spawn("npm", ["start", "--silent"], { cwd: folder, env: environment });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code, stdout, stderr };
}
