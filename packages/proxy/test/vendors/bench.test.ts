import { expect, it } from "vitest";
import { startVendorBench } from "../../test-support/vendors/vendor-bench.ts";

it("charges what the vendor says it charged", async () => {
  await using bench = await startVendorBench("stripe", { credential: "sk_test_bench" });
  bench.vendor.moves.push({ json: { id: "pi_1", amount: 2_000, currency: "usd" } });
  const { status, code } = await bench.call({
    path: "/v1/payment_intents",
    form: { amount: "2000", currency: "usd" },
  });
  expect({ status, code }).toEqual({ status: 200, code: undefined });
  expect(await bench.spend()).toEqual({ spent: 20, held: 0, unknown: 0 });
  expect((await bench.entries())[0]).toMatchObject({ outcome: "settled", costUsd: 20, reservedUsd: 20 });
  expect(bench.vendor.seen[0]?.headers.authorization).toBe("Bearer sk_test_bench");
});
