import { expect, it } from "vitest";
import { startVendorBench } from "../../test-support/vendors/vendor-bench.ts";

const CHARGE = { path: "/v1/payment_intents", form: { amount: "2000", currency: "usd" } };

it("lists what nobody knows, and settles it by hand at what it really cost", async () => {
  await using bench = await startVendorBench("stripe", { credential: "sk_live_reconcile" });
  bench.vendor.moves.push(
    "reset",
    { status: 503, json: {} },
    { json: { id: "pi_1", amount: 2000, currency: "usd" } },
  );
  for (let count = 0; count < 3; count++) await bench.call(CHARGE);
  expect(await bench.spend()).toEqual({ spent: 20, held: 40, unknown: 40 });

  const { data: unknown } = await bench.client.listAudit({ outcome: "unknown" });
  expect(unknown).toMatchObject([
    { status: 503, outcome: "unknown", costUsd: null, reservedUsd: 20 },
    { status: 502, outcome: "unknown", costUsd: null, reservedUsd: 20 },
  ]);
  const [charged, untouched] = unknown;
  expect(await bench.client.reconcile(charged?.id ?? "", 20)).toMatchObject({
    outcome: "settled",
    costUsd: 20,
    notes: ["reconciled"],
  });
  await bench.client.reconcile(untouched?.id ?? "", 0);
  expect(await bench.spend()).toEqual({ spent: 40, held: 0, unknown: 0 });
  expect((await bench.client.listAudit({ outcome: "unknown" })).data).toEqual([]);
});

it("reconciles no entry that moved no money, and no stranger's", async () => {
  await using bench = await startVendorBench("stripe", { credential: "sk_live_reconcile" });
  bench.vendor.moves.push({ status: 402, json: { error: {} } }, { json: { data: [] } });
  await bench.call(CHARGE);
  await bench.call({ method: "GET", path: "/v1/charges" });
  for (const id of [...(await bench.entries()).map((entry) => entry.id), "aud_nobodys"]) {
    await expect(bench.client.reconcile(id, 1)).rejects.toMatchObject({ code: "not_found" });
  }
  await expect(bench.client.reconcile("aud_nobodys", -1)).rejects.toMatchObject({
    issues: [{ path: "cost_usd" }],
  });
  expect(await bench.spend()).toEqual({ spent: 0, held: 0, unknown: 0 });
});
