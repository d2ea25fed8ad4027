import { startReferenceProxy } from "@keybrake/proxy/testing";
import { startStripeSandbox } from "@keybrake/sandbox";
import {
  type AdapterHost,
  casesFor,
  mockedKeybrake,
  type Stage,
  startOverHttp,
  startStage,
} from "@keybrake/testing/adapter-cases";
import { setupKeybrake } from "@keybrake/testing/vitest";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type RunningProgram, startDeno } from "../../../tooling/runtimes.ts";

const PROGRAM = new URL("../test-support/queue-host-program.ts", import.meta.url);

let stage: Stage;
let program: RunningProgram;

const host: AdapterHost = {
  name: "a Deno queue",
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

describe("listenQueue in Deno against the mocked Keybrake", () => {
  const keybrake = setupKeybrake();

  it.each(casesFor(host))("$name", ({ run }) => run(host, mockedKeybrake(keybrake)));
});

describe("listenQueue in Deno against the real proxy", () => {
  let sandbox: Awaited<ReturnType<typeof startStripeSandbox>>;
  let reference: Awaited<ReturnType<typeof startReferenceProxy>>;

  beforeAll(async () => {
    sandbox = await startStripeSandbox();
    reference = await startReferenceProxy(sandbox);
  });
  afterAll(async () => {
    await reference?.close();
    await sandbox?.close();
  });

  it.each(casesFor(host))("$name", ({ run }) => run(host, reference.keybrake));
});
