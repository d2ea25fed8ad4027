import { type AdapterHost, type Stage, startOverHttp, startStage } from "@keybrake/testing/adapter-cases";
import { afterAll, beforeAll } from "vitest";
import { type RunningProgram, startDeno } from "../../../tooling/runtimes.ts";
import { testAdapter } from "../../../tooling/test-adapter.ts";

const PROGRAM = new URL("../test-support/queue-host-program.ts", import.meta.url);

let stage: Stage;
let program: RunningProgram;

const host: AdapterHost = {
  name: "listenQueue in Deno",
  abilities: [],
  mount: async (work) => ({
    ...stage.mount(work),
    start: startOverHttp(`${program.url}/run`),
    printed: program.printed,
    close: async () => {},
  }),
};

beforeAll(async () => {
  stage = await startStage();
  program = await startDeno(PROGRAM, { STAGE_URL: stage.url }, ["--unstable-kv"]);
});
afterAll(async () => {
  await program?.stop();
  await stage?.close();
});

testAdapter([host]);
