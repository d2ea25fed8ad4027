import assert from "node:assert/strict";
import type { AuditFilter, AuditRecord } from "../ledger.ts";
import { charge, EFFECT, type LedgerBench, type LedgerCase, storeCase, UNKNOWN, usd } from "./store-bench.ts";

/** An entry as a refused call leaves it. */
function refusedEntry(bench: LedgerBench, fields: Partial<AuditRecord> & { id: string }): AuditRecord {
  return {
    requestId: `req_${fields.id}`,
    at: bench.now,
    tenant: "acme",
    keyId: "key_1",
    label: "agent",
    vendor: "stripe",
    mode: "live",
    method: "POST",
    path: "/v1/charges",
    decision: "refused",
    code: "cap_exhausted",
    wouldRefuse: null,
    status: 429,
    outcome: "none",
    reservedMicroUsd: 0,
    costMicroUsd: 0,
    budgets: [],
    metadata: {},
    vendorRequestId: null,
    durationMs: 1,
    notes: [],
    ...fields,
  };
}

const ids = (records: readonly AuditRecord[]): string[] => records.map(({ id }) => id);

/** One entry for every call, in order, and none twice. */
export const auditCases: LedgerCase[] = [
  storeCase("enters a settled try with its money", async (bench) => {
    const key = await bench.issue({ budgets: ["b"] });
    await bench.settle(await bench.reserve(key, charge(20), { attemptId: "try_a" }), {
      kind: "effect",
      costMicroUsd: usd(15),
    });
    await bench.settle(await bench.reserve(key, charge(7), { attemptId: "try_b" }), UNKNOWN);
    const [second, first] = await bench.audit();
    assert.deepEqual(
      [first?.id, first?.outcome, first?.reservedMicroUsd, first?.costMicroUsd],
      ["aud_try_a", "settled", usd(20), usd(15)],
    );
    assert.deepEqual(
      [second?.id, second?.outcome, second?.reservedMicroUsd, second?.costMicroUsd],
      ["aud_try_b", "unknown", usd(7), null],
    );
    assert.deepEqual(first?.budgets, ["b"]);
  }),

  storeCase("lists entries newest first by page, and oldest first after one", async (bench) => {
    for (let index = 0; index < 7; index++) {
      await bench.store.appendAudit(refusedEntry(bench, { id: `aud_${index}` }));
    }
    const first = await bench.store.listAudit("acme", {}, { limit: 3 });
    assert.deepEqual([ids(first.items), first.hasMore], [["aud_6", "aud_5", "aud_4"], true]);
    const second = await bench.store.listAudit("acme", {}, { limit: 3, startingAfter: "aud_4" });
    assert.deepEqual([ids(second.items), second.hasMore], [["aud_3", "aud_2", "aud_1"], true]);
    const last = await bench.store.listAudit("acme", {}, { limit: 3, startingAfter: "aud_1" });
    assert.deepEqual([ids(last.items), last.hasMore], [["aud_0"], false]);
    const after = await bench.store.listAuditAfter("acme", {}, { limit: 3, startingAfter: "aud_2" });
    assert.deepEqual([ids(after.items), after.hasMore], [["aud_3", "aud_4", "aud_5"], true]);
    const fromTheFirst = await bench.store.listAuditAfter("acme", {}, { limit: 100 });
    assert.deepEqual(ids(fromTheFirst.items)[0], "aud_0");
    assert.equal(await bench.store.getNewestAuditId("acme"), "aud_6");
  }),

  storeCase("filters entries by everything at once", async (bench) => {
    const base = refusedEntry(bench, { id: "aud_base" });
    const entries: Partial<AuditRecord>[] = [
      { keyId: "key_2" },
      { label: "run-7/a" },
      { label: null, keyId: null },
      { vendor: "twilio" },
      { budgets: ["user:42"] },
      { decision: "allowed" },
      { at: bench.now + 1000 },
    ];
    for (const [index, fields] of entries.entries()) {
      await bench.store.appendAudit({ ...base, ...fields, id: `aud_${index}` });
    }
    const list = async (filter: AuditFilter): Promise<string[]> =>
      ids((await bench.store.listAudit("acme", filter, { limit: 100 })).items);
    assert.deepEqual(await list({ keyId: "key_2" }), ["aud_0"]);
    assert.deepEqual(await list({ labelPrefix: "run-7/" }), ["aud_1"]);
    assert.deepEqual(await list({ vendor: "twilio" }), ["aud_3"]);
    assert.deepEqual(await list({ budget: "user:42" }), ["aud_4"]);
    assert.deepEqual(await list({ decision: "allowed" }), ["aud_5"]);
    assert.deepEqual(await list({ since: bench.now + 1000 }), ["aud_6"]);
    assert.equal((await list({ until: bench.now + 1000 })).length, 6);
    assert.deepEqual(await list({ vendor: "twilio", decision: "allowed" }), []);
  }),

  storeCase("pages a filter by what it shows", async (bench) => {
    for (let index = 0; index < 9; index++) {
      const vendor = index % 3 ? "stripe" : "twilio";
      await bench.store.appendAudit(refusedEntry(bench, { id: `aud_${index}`, vendor }));
    }
    const page = await bench.store.listAudit("acme", { vendor: "twilio" }, { limit: 2 });
    assert.deepEqual([ids(page.items), page.hasMore], [["aud_6", "aud_3"], true]);
    const rest = await bench.store.listAudit(
      "acme",
      { vendor: "twilio" },
      { limit: 2, startingAfter: "aud_3" },
    );
    assert.deepEqual([ids(rest.items), rest.hasMore], [["aud_0"], false]);
  }),

  storeCase("calls listeners back after an entry, until they leave", async (bench) => {
    const key = await bench.issue({});
    let calls = 0;
    const stop = bench.store.onAudit(() => {
      calls++;
    });
    const until = async (count: number): Promise<void> => {
      for (let round = 0; round < 200 && calls < count; round++) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      assert.ok(calls >= count, "the listener was called");
    };
    await bench.store.appendAudit(refusedEntry(bench, { id: "aud_a" }));
    await until(1);
    await bench.settle(await bench.reserve(key, charge(1)), EFFECT);
    await until(2);
    stop();
    const before = calls;
    await bench.store.appendAudit(refusedEntry(bench, { id: "aud_b" }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(calls, before);
  }),
];
