import * as fc from "fast-check";
import { expect, it } from "vitest";
import { startForTest } from "../../test-support/start-for-test.ts";
import { startVendor } from "../../test-support/start-vendor.ts";
import type { Call } from "./call.ts";
import { nameAgent, type VendorHeaders } from "./identify.ts";

it.each<[string, string | undefined, string, string]>([
  [
    "a plain label",
    "Stripe/v1 NodeBindings/23.1.0",
    "billing-agent",
    "Stripe/v1 NodeBindings/23.1.0 keybrake/billing-agent",
  ],
  ["no User-Agent", undefined, "a", "keybrake/a"],
  [
    "a label of any characters",
    "sdk/1",
    "org:42/run é (x)",
    "sdk/1 keybrake/org%3A42%2Frun%20%C3%A9%20%28x%29",
  ],
  ["a caller that names another", "keybrake/admin sdk/1 KeyBrake/root", "a", "sdk/1 keybrake/a"],
  ["a caller that hides another", "sdk/1 (keybrake/admin) xkeybrake/root", "a", "sdk/1 ( x keybrake/a"],
])("adds the label to the User-Agent: %s", async (_name, given, label, expected) => {
  const vendor = await startVendor((_call, response) => response.end("{}"));
  const bench = await startForTest({ stripe: { upstream: vendor.url, identity: true } });
  const headers: Record<string, string> = given === undefined ? {} : { "user-agent": given };
  await bench.charge(await bench.issue({ label }), 100, headers);
  expect(vendor.calls[0]?.headers["user-agent"]).toBe(expected);
});

it("leaves the User-Agent as it is unless the operator asks for it", async () => {
  const vendor = await startVendor((_call, response) => response.end("{}"));
  const bench = await startForTest({ stripe: { upstream: vendor.url } });
  await bench.charge(await bench.issue(), 100, { "user-agent": "keybrake/me  sdk/1" });
  expect(vendor.calls[0]?.headers["user-agent"]).toBe("keybrake/me  sdk/1");
});

it("names the key's label once, whatever the caller sends and whatever the label is", () => {
  const piece = fc.constantFrom(
    "keybrake/",
    "Keybrake/x",
    "key",
    "brake/",
    " ",
    "(",
    ")",
    "\t",
    "sdk/1",
    "é",
  );
  const label = fc.string({ unit: "grapheme", minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), label, (pieces, text) => {
      const headers: VendorHeaders = { "user-agent": pieces.join("") };
      nameAgent(headers, { key: { label: text } } as Call);
      const named = String(headers["user-agent"]).match(/keybrake\/\S*/gi) ?? [];
      expect(named.map((product) => decodeURIComponent(product.slice("keybrake/".length)))).toEqual([text]);
      expect(named[0]).toMatch(/^keybrake\/[\w!'*.~%-]+$/);
    }),
  );
});
