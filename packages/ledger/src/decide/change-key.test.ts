import { compileEndpoints } from "@keybrake/core/protocol";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { toRecord } from "../cases/store-bench.ts";
import type { AllowedEndpoint, KeyPolicy } from "../ledger.ts";
import { createMemoryLedger } from "../memory/create-memory-ledger.ts";

type Limits = Pick<KeyPolicy, "allowedEndpoints" | "maxMicroUsdPerCall">;

/** The most that a call may reserve; `undefined` where it isn't allowed. As the contract words it. */
function getMost(
  { allowedEndpoints, maxMicroUsdPerCall = Infinity }: Limits,
  method: string,
  path: string,
): number | undefined {
  if (allowedEndpoints === undefined) return maxMicroUsdPerCall;
  const matching = allowedEndpoints.filter((entry) =>
    compileEndpoints([typeof entry === "string" ? entry : entry.endpoint])(method, path),
  );
  if (matching.length === 0) return undefined;
  const bounds = matching.flatMap((entry) => (typeof entry === "string" ? [] : [entry.maxMicroUsdPerCall]));
  return bounds.length === 0 ? maxMicroUsdPerCall : Math.min(...bounds);
}

const segment = fc.constantFrom("a", "b", "*");
const slash = fc.constantFrom("", "", "/");
const endpoint = fc
  .tuple(fc.constantFrom("", "GET ", "POST "), fc.array(segment, { minLength: 1, maxLength: 3 }), slash)
  .map(([method, segments, end]) => `${method}/${segments.join("/")}${end}`);
const bound = fc.constantFrom(0, 5, 10);
const entry: fc.Arbitrary<AllowedEndpoint> = fc.oneof(
  endpoint,
  fc.record({ endpoint, maxMicroUsdPerCall: bound }),
);
const list = fc.array(entry, { maxLength: 3 });
const path = fc
  .tuple(fc.array(fc.constantFrom("a", "b"), { minLength: 1, maxLength: 4 }), slash)
  .map(([segments, end]) => `/${segments.join("/")}${end}`);

it("lets an issuer change an allowlist only so that no call gains anything", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.option(list, { nil: undefined }),
      fc.option(bound, { nil: undefined }),
      list,
      fc.array(fc.tuple(fc.constantFrom("GET", "POST"), path), { minLength: 10, maxLength: 20 }),
      async (before, keyBound, after, calls) => {
        const limits: Limits = {
          ...(before === undefined ? {} : { allowedEndpoints: before }),
          ...(keyBound === undefined ? {} : { maxMicroUsdPerCall: keyBound }),
        };
        const ledger = createMemoryLedger(() => 1);
        await ledger.createKey(toRecord(1, 1, limits));
        const rights = { mayRaise: false, requireCap: false };
        const answer = await ledger.changeKey("acme", "key_1", { allowedEndpoints: after }, rights);
        if (answer?.status === "raises") return;
        expect(answer?.status).toBe("changed");
        for (const [method, called] of calls) {
          const most = getMost({ ...limits, allowedEndpoints: after }, method, called);
          if (most !== undefined) expect(getMost(limits, method, called) ?? -1).toBeGreaterThanOrEqual(most);
        }
      },
    ),
    { numRuns: 3000 },
  );
});
