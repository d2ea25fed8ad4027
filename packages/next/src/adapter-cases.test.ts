import { startReferenceProxy } from "@keybrake/proxy/testing";
import { startStripeSandbox } from "@keybrake/sandbox";
import { type AdapterHost, adapterCases, startOverHttp, startStage } from "@keybrake/testing/adapter-cases";
import { afterAll, beforeAll, describe, it } from "vitest";
import { startApp } from "../test-support/next-app.ts";

describe.each([
  ["a Node route", "app"],
  ["an Edge route", "edge-app"],
])("%s of next start, against the real proxy", (name, directory) => {
  let sandbox: Awaited<ReturnType<typeof startStripeSandbox>>;
  let reference: Awaited<ReturnType<typeof startReferenceProxy>>;
  let stage: Awaited<ReturnType<typeof startStage>>;
  let app: Awaited<ReturnType<typeof startApp>>;
  let host: AdapterHost;

  beforeAll(async () => {
    sandbox = await startStripeSandbox();
    reference = await startReferenceProxy(sandbox);
    stage = await startStage();
    app = await startApp(directory, { STAGE_URL: stage.url });
    host = {
      name,
      abilities: ["http", "stream", "leave"],
      mount: async (work) => ({
        ...stage.mount(work),
        start: startOverHttp(`${app.url}/run`),
        printed: app.output,
        close: async () => {},
      }),
    };
  });
  afterAll(async () => {
    await app?.close();
    await stage?.close();
    await reference?.close();
    await sandbox?.close();
  });

  it.each(adapterCases)("$name", ({ run }) => run(host, reference.keybrake));
});
