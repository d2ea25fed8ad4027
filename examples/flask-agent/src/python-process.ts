import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { findPython } from "../../../scripts/set-up-python.mjs";

const FOLDER = new URL("..", import.meta.url).pathname;

/** A Python program of this example. */
export interface PythonProcess {
  /** Rejects where it ends before anybody asked it to. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

/** Starts `python -m …` in the folder of the example. */
export function startPython(args: string[], environment: Record<string, string>): PythonProcess {
  const python = findPython();
  if (!python) {
    throw new Error(
      "This example needs Python 3 with flask, celery, requests and redis: pip install flask celery requests redis",
    );
  }
  const child: ChildProcess = spawn(python.command, ["-m", ...args], {
    cwd: FOLDER,
    env: {
      ...process.env,
      PYTHONUNBUFFERED: "1",
      PYTHONDONTWRITEBYTECODE: "1",
      ...python.env,
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text) => (said += text));
  let stopping = false;
  const failed = once(child, "exit").then(([code]) => {
    if (stopping) return new Promise<never>(() => {});
    throw new Error(`python -m ${args.join(" ")} ended with code ${code}:\n${said}`);
  });
  failed.catch(() => {});
  return {
    failed,
    async stop() {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
    },
  };
}
