import { createKeybrake } from "@keybrake/core";
import { startReferenceProxy } from "@keybrake/proxy/testing";
import { startStripeSandbox } from "@keybrake/sandbox";
import { adapterCases } from "@keybrake/testing/adapter-cases";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exerciseCore } from "../test-support/exercise-core.ts";
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

  it("core does what it does in Node", async () => {
    const { token, apiUrl } = reference.keybrake.options;
    const there = await fetch(`${foreign.url}/core?${new URLSearchParams({ token, apiUrl })}`);
    const report = await there.json();
    expect(report).toEqual({
      shown: "no token",
      paid: 200,
      capped: "CapExhaustedError",
      spentUsd: 20,
      extended: true,
      receipt: { calls: 0, heldUsd: 0 },
      signalled: "KeyRevokedError",
      revoked: "KeyRevokedError",
      scopeEnds: "revoked",
      disposed: "revoked",
      expired: "KeyExpiredError",
      invalid: "InvalidPolicyError",
      unavailable: "VaultKeyUnavailableError",
    });
    expect(report).toEqual(await exerciseCore(createKeybrake({ token, apiUrl, proxyUrl: apiUrl })));
  });

  it.each(adapterCases)("$name", ({ run }) => run(foreign.host, reference.keybrake));
});
