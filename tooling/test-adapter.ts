import { startReferenceProxy } from "@keybrake/proxy/testing";
import { startStripeSandbox } from "@keybrake/sandbox";
import { type AdapterHost, casesFor, mockedKeybrake } from "@keybrake/testing/adapter-cases";
import { setupKeybrake } from "@keybrake/testing/vitest";
import { afterAll, beforeAll, describe, it } from "vitest";

/** The tests of an adapter: the whole suite on each of its hosts, against the mocked Keybrake and the real proxy. */
export function testAdapter(hosts: readonly AdapterHost[]): void {
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
      await reference?.close();
      await sandbox?.close();
    });

    it.each(casesFor(host))("$name", ({ run }) => run(host, reference.keybrake));
  });
}
