import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KeybrakeOptions } from "@keybrake/core";
import { startDeno } from "../../../tooling/runtimes.ts";

/** Deno processes on one KV file. */
export interface KvFile extends AsyncDisposable {
  /** @param listen whether the process takes messages from the queue, and hears of refused ones or not */
  start(options: KeybrakeOptions, listen?: "no" | "by default" | "with onRefused"): Promise<KvProgram>;
}

/** A running `kv-program.ts`. */
export interface KvProgram {
  /** What it answers to a question such as `"/use?session=s"`. */
  // biome-ignore lint/suspicious/noExplicitAny: as many answers as questions
  ask(question: string): Promise<any>;
  printed(): string;
  stop(): Promise<void>;
}

const PROGRAM = new URL("./kv-program.ts", import.meta.url);

export async function createKvFile(): Promise<KvFile> {
  const directory = await mkdtemp(join(tmpdir(), "keybrake-deno-"));
  const programs: KvProgram[] = [];
  return {
    async start({ apiUrl = "", token = "" }, listen = "no") {
      const environment = {
        KV_PATH: join(directory, "kv.db"),
        KEYBRAKE_API_URL: apiUrl,
        KEYBRAKE_TOKEN: token,
        LISTEN: listen,
      };
      const flags = ["--unstable-kv", `--allow-read=${directory}`, `--allow-write=${directory}`];
      const { url, printed, stop } = await startDeno(PROGRAM, environment, flags);
      const program: KvProgram = {
        ask: async (question) => (await fetch(`${url}${question}`)).json(),
        printed,
        stop,
      };
      programs.push(program);
      return program;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(programs.map((program) => program.stop()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}
