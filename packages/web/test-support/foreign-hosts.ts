import { type AdapterHost, startOverHttp, startStage } from "@keybrake/testing/adapter-cases";
import { type RunningProgram, startBun, startDeno, startWorkerd } from "../../../tooling/runtimes.ts";
import { sendAndReset } from "./send-and-reset.ts";

/** A host in a runtime of its own, and its end. */
export interface ForeignHost {
  host: AdapterHost;
  url: string;
  close(): Promise<void>;
}

async function startForeignHost(
  name: string,
  program: string,
  start: (file: URL, environment: Record<string, string>) => Promise<RunningProgram>,
  send?: typeof sendAndReset,
): Promise<ForeignHost> {
  const stage = await startStage();
  const running = await start(new URL(program, import.meta.url), { STAGE_URL: stage.url });
  return {
    url: running.url,
    host: {
      name,
      abilities: ["http", "stream", "leave"],
      mount: async (work) => ({
        ...stage.mount(work),
        start: startOverHttp(`${running.url}/run`, send),
        printed: running.printed,
        close: async () => {},
      }),
    },
    async close() {
      await running.stop();
      await stage.close();
    },
  };
}

/** Every runtime but Node, with a program that serves the suite's route there. */
export const foreignHosts = {
  "Deno.serve": () => startForeignHost("Deno.serve", "./deno-program.ts", startDeno),
  "Bun.serve": () => startForeignHost("Bun.serve", "./bun-program.ts", startBun),
  workerd: () => startForeignHost("workerd", "./workerd-program.ts", startWorkerd, sendAndReset),
};
