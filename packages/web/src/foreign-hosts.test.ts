import { startReferenceProxy } from "@keybrake/proxy/testing";
import { startStripeSandbox } from "@keybrake/sandbox";
import { adapterCases } from "@keybrake/testing/adapter-cases";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type ForeignHost, foreignHosts } from "../test-support/foreign-hosts.ts";

describe.each(Object.entries(foreignHosts))("%s against the real proxy", (_name, start) => {
  let sandbox: Awaited<ReturnType<typeof startStripeSandbox>>;
  let reference: Awaited<ReturnType<typeof startReferenceProxy>>;
  let foreign: ForeignHost;

  beforeAll(async () => {
    sandbox = await startStripeSandbox();
    reference = await startReferenceProxy(sandbox);
    foreign = await start();
  });
  afterAll(async () => {
    await foreign?.close();
    await reference?.close();
    await sandbox?.close();
  });

  it.each(adapterCases)("$name", ({ run }) => run(foreign.host, reference.keybrake));
});
