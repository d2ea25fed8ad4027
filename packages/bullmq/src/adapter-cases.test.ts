import { startReferenceProxy } from "@keybrake/proxy/testing";
import { startStripeSandbox } from "@keybrake/sandbox";
import { casesFor, mockedKeybrake } from "@keybrake/testing/adapter-cases";
import { setupKeybrake } from "@keybrake/testing/vitest";
import { afterAll, beforeAll, describe, inject, it } from "vitest";
import { bullmqHost } from "../test-support/bullmq-host.ts";

const host = bullmqHost(inject("redisUrl"));

describe("bullmq against the mocked Keybrake", () => {
  const keybrake = setupKeybrake();

  it.each(casesFor(host))("$name", ({ run }) => run(host, mockedKeybrake(keybrake)));
});

describe("bullmq against the real proxy", () => {
  let sandbox: Awaited<ReturnType<typeof startStripeSandbox>>;
  let reference: Awaited<ReturnType<typeof startReferenceProxy>>;

  beforeAll(async () => {
    sandbox = await startStripeSandbox();
    reference = await startReferenceProxy(sandbox);
  });
  afterAll(async () => {
    await reference.close();
    await sandbox.close();
  });

  it.each(casesFor(host))("$name", ({ run }) => run(host, reference.keybrake));
});
