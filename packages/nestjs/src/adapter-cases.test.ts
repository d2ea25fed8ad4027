import { startReferenceProxy } from "@keybrake/proxy/testing";
import { startStripeSandbox } from "@keybrake/sandbox";
import { casesFor, mockedKeybrake } from "@keybrake/testing/adapter-cases";
import { setupKeybrake } from "@keybrake/testing/vitest";
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { hosts } from "../test-support/nest-hosts.ts";

// Nest logs what the cases throw; the case about tokens reads it all the same.
beforeAll(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
});

describe.each(hosts)("$name against the mocked Keybrake", (host) => {
  const keybrake = setupKeybrake();

  it.each(casesFor(host))("$name", ({ run }) => run(host, mockedKeybrake(keybrake)));
});

describe.each(hosts)("$name against the real proxy", (host) => {
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
