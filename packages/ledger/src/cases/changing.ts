import assert from "node:assert/strict";
import type { AllowedEndpoint, KeyChanges, KeyRecord } from "../ledger.ts";
import {
  charge,
  EFFECT,
  FREE,
  HOUR_MS,
  type LedgerBench,
  type LedgerCase,
  refusal,
  reserved,
  storeCase,
  UNKNOWN,
  usd,
} from "./store-bench.ts";

const ADMIN = { mayRaise: true, requireCap: false };
const ISSUER = { mayRaise: false, requireCap: false };

async function change(
  bench: LedgerBench,
  key: KeyRecord,
  changes: KeyChanges,
  rights = ADMIN,
): Promise<string> {
  const answer = await bench.store.changeKey(key.tenant, key.id, changes, rights);
  return answer?.status ?? "unknown";
}

function carve(bench: LedgerBench, parent: KeyRecord, policy: Partial<KeyRecord["policy"]>) {
  return bench.issue(policy, { parentId: parent.id, expiresAt: parent.expiresAt });
}

/** The limits of a key that lives: changed in one step, in force at the next reservation. */
export const changingCases: LedgerCase[] = [
  storeCase("refuses every call of a frozen key, free and shadowed ones too", async (bench) => {
    for (const shadow of [false, true]) {
      const key = await bench.issue({ shadow });
      const open = await bench.reserve(key, charge(1));
      assert.equal(await change(bench, key, { frozen: true }, ISSUER), "changed");
      for (const price of [FREE, charge(1)])
        assert.deepEqual(refusal(await bench.reserve(key, price)), {
          code: "key_frozen",
          limit: "key:frozen",
        });
      assert.equal((await bench.settle(open, EFFECT)).costMicroUsd, usd(1));
      assert.equal((await bench.store.findKey(key.tokenHash))?.frozen, true);
      assert.equal(await change(bench, key, { frozen: false }, ISSUER), "raises");
      assert.equal(await change(bench, key, { frozen: false }), "changed");
      assert.equal(reserved(await bench.reserve(key, charge(1))), usd(1));
    }
  }),

  storeCase("freezes what was carved from a frozen key, grandchildren too", async (bench) => {
    const parent = await bench.issue({ totalCapMicroUsd: usd(100) });
    const child = await carve(bench, parent, { totalCapMicroUsd: usd(50) });
    const grandchild = await carve(bench, child, { totalCapMicroUsd: usd(20) });
    await change(bench, parent, { frozen: true });
    for (const key of [child, grandchild])
      assert.equal(refusal(await bench.reserve(key, FREE)).code, "key_frozen");
    assert.equal((await bench.store.findKey(grandchild.tokenHash))?.frozen, true);
    await change(bench, parent, { frozen: false });
    assert.equal(reserved(await bench.reserve(grandchild, charge(1))), usd(1));
  }),

  storeCase("changes what is named, takes away what is null, and leaves the rest", async (bench) => {
    const key = await bench.issue({ dailyCapMicroUsd: usd(10), maxCalls: 5, allowedEndpoints: ["/v1/*"] });
    const answer = await bench.store.changeKey(
      "acme",
      key.id,
      { dailyCapMicroUsd: null, totalCapMicroUsd: usd(7), allowedEndpoints: [] },
      ADMIN,
    );
    assert.ok(answer?.status === "changed");
    const { dailyCapMicroUsd: _gone, ...policy } = key.policy;
    assert.deepEqual(answer.record, {
      ...key,
      policy: { ...policy, totalCapMicroUsd: usd(7), allowedEndpoints: [] },
      changes: 1,
    });
    assert.deepEqual(await bench.store.findKey(key.tokenHash), answer.record);
    assert.deepEqual((await bench.state(key)).record, answer.record);
    assert.deepEqual((await bench.store.listKeys("acme", {}, { limit: 1 })).items, [answer.record]);
    assert.equal(refusal(await bench.reserve(key, charge(7.01))).limit, "key:total");
    assert.equal(reserved(await bench.reserve(key, charge(7))), usd(7));
  }),

  storeCase("holds the next reservation to a lowered limit, whatever was spent before", async (bench) => {
    const key = await bench.issue({ dailyCapMicroUsd: usd(100), maxCalls: 100 });
    await bench.settle(await bench.reserve(key, charge(20)), EFFECT);
    assert.equal(await change(bench, key, { dailyCapMicroUsd: usd(10) }, ISSUER), "changed");
    const over = await bench.reserve(key, charge(0.01));
    assert.equal(refusal(over).limit, "key:daily");
    assert.equal(over.answer.remainingMicroUsd, 0);
    await change(bench, key, { dailyCapMicroUsd: usd(25), maxMicroUsdPerCall: usd(2) });
    assert.equal(refusal(await bench.reserve(key, charge(3))).limit, "key:per_call");
    assert.equal(reserved(await bench.reserve(key, charge(2))), usd(2));
    await change(bench, key, { maxCalls: 2, callsPerMinute: 1 }, ISSUER);
    assert.equal(refusal(await bench.reserve(key, FREE)).code, "call_limit_reached");
    await change(bench, key, { maxCalls: null });
    assert.equal((await bench.reserve(key, FREE)).answer.admitted, true);
    assert.equal(refusal(await bench.reserve(key, FREE)).code, "rate_limited");
  }),

  storeCase("lets an issuer lower and narrow, and nothing else", async (bench) => {
    const policy = {
      dailyCapMicroUsd: usd(10),
      maxMicroUsdPerCall: usd(5),
      maxCalls: 5,
      allowedEndpoints: ["POST /v1/refunds", "/v1/charges/*"],
    };
    const lower: KeyChanges[] = [
      { dailyCapMicroUsd: usd(10) },
      { dailyCapMicroUsd: 0 },
      { totalCapMicroUsd: usd(1_000) },
      { callsPerMinute: 5 },
      { allowedEndpoints: ["GET /v1/charges/*"] },
      { allowedEndpoints: [] },
      { frozen: true },
      { frozen: false },
      {},
    ];
    const higher: KeyChanges[] = [
      { dailyCapMicroUsd: usd(10) + 1 },
      { dailyCapMicroUsd: null },
      { maxMicroUsdPerCall: usd(6) },
      { maxCalls: 6 },
      { maxCalls: null },
      { allowedEndpoints: null },
      { allowedEndpoints: ["/v1/refunds"] },
      { allowedEndpoints: ["POST /v1/refunds", "/v1/payouts"] },
    ];
    for (const changes of lower)
      assert.equal(await change(bench, await bench.issue(policy), changes, ISSUER), "changed");
    for (const changes of higher) {
      const key = await bench.issue(policy);
      const answer = await bench.store.changeKey("acme", key.id, { frozen: true, ...changes }, ISSUER);
      assert.deepEqual(answer, { status: "raises", fields: Object.keys(changes) });
      assert.deepEqual((await bench.state(key)).record, key, "nothing of it has happened");
      assert.equal(await change(bench, key, changes), "changed");
    }
  }),

  storeCase("takes a higher bound of an endpoint, or a lost one, for a raise", async (bench) => {
    const bound = (endpoint: string, maxUsd: number): AllowedEndpoint => ({
      endpoint,
      maxMicroUsdPerCall: usd(maxUsd),
    });
    const policy = {
      maxMicroUsdPerCall: usd(20),
      allowedEndpoints: ["GET /v1/*", "POST /v1/*", bound("POST /v1/refunds", 5)],
    };
    const narrower: AllowedEndpoint[][] = [
      policy.allowedEndpoints,
      [bound("POST /v1/refunds", 4)],
      [bound("POST /v1/*", 5)],
      ["POST /v1/charges", bound("GET /v1/*", 20)],
      ["POST /v1/*", bound("POST /v1/refunds", 3)],
    ];
    const wider: AllowedEndpoint[][] = [
      ["POST /v1/refunds"],
      ["POST /v1/*"],
      [bound("POST /v1/refunds", 6)],
      [bound("POST /v1/charges", 21)],
      [bound("/v1/refunds", 5)],
    ];
    for (const allowedEndpoints of narrower)
      assert.equal(await change(bench, await bench.issue(policy), { allowedEndpoints }, ISSUER), "changed");
    for (const allowedEndpoints of wider)
      assert.equal(await change(bench, await bench.issue(policy), { allowedEndpoints }, ISSUER), "raises");
  }),

  storeCase(
    "binds a key by the bounds of each key above it, or else by what binds all its calls",
    async (bench) => {
      const parent = await bench.issue({ maxMicroUsdPerCall: usd(5) });
      const child = await carve(bench, parent, {});
      const reserve = (amount: number, endpointBounds: (number | null)[]) =>
        bench.reserve(child, charge(amount), { endpointBounds });
      assert.equal(reserved(await reserve(10, [null, usd(10)])), usd(10));
      assert.equal(reserved(await reserve(5, [usd(10), null])), usd(5));
      assert.equal(refusal(await reserve(6, [usd(10), null])).limit, "key:per_call");
      assert.equal(refusal(await reserve(11, [null, usd(10)])).limit, "key:per_call");
      assert.equal(refusal(await reserve(4, [usd(3), usd(10)])).limit, "key:per_call");
      await change(bench, parent, { maxMicroUsdPerCall: usd(2) }, ISSUER);
      assert.equal(refusal(await reserve(3, [usd(10), null])).limit, "key:per_call");
    },
  ),

  storeCase("judges what is a raise against the key as it is, of many changes at once", async (bench) => {
    const key = await bench.issue({ totalCapMicroUsd: usd(100) });
    const amounts = Array.from({ length: 20 }, (_, index) => usd(100 - index));
    const answers = await Promise.all(
      amounts.map((totalCapMicroUsd) => change(bench, key, { totalCapMicroUsd }, ISSUER)),
    );
    const { record } = await bench.state(key);
    assert.equal(record.policy.totalCapMicroUsd, usd(81), "the lowest holds, in whatever order they came");
    assert.equal(record.changes, answers.filter((status) => status === "changed").length);
    assert.ok(answers.every((status) => status === "changed" || status === "raises"));
  }),

  storeCase("changes no key that has ended, and none of another tenant", async (bench) => {
    const expired = await bench.issue({}, { expiresAt: bench.now + HOUR_MS });
    const revoked = await bench.issue();
    await bench.store.revokeKeys("acme", { id: revoked.id });
    bench.now += HOUR_MS;
    for (const key of [expired, revoked]) assert.equal(await change(bench, key, { frozen: true }), "ended");
    const key = await bench.issue();
    assert.equal(await bench.store.changeKey("other", key.id, { frozen: true }, ADMIN), undefined);
    assert.equal(await bench.store.changeKey("acme", "key_nobody", { frozen: true }, ADMIN), undefined);
    assert.equal((await bench.state(key)).record.frozen, false);
  }),

  storeCase("keeps the last cap where one is required", async (bench) => {
    const strict = { mayRaise: true, requireCap: true };
    const key = await bench.issue({ dailyCapMicroUsd: usd(1), totalCapMicroUsd: usd(2), budgets: ["b"] });
    assert.equal(
      await change(bench, key, { dailyCapMicroUsd: null, totalCapMicroUsd: null }, strict),
      "uncapped",
    );
    const both = await Promise.all([
      change(bench, key, { dailyCapMicroUsd: null }, strict),
      change(bench, key, { totalCapMicroUsd: null }, strict),
    ]);
    assert.deepEqual(both.sort(), ["changed", "uncapped"]);
    await bench.store.putBudget("acme", "b", { dailyCapMicroUsd: usd(5) });
    assert.equal(
      await change(bench, key, { dailyCapMicroUsd: null, totalCapMicroUsd: null }, strict),
      "changed",
    );
    const stated = await bench.issue({
      dailyCapMicroUsd: usd(1),
      budgets: ["c"],
      budgetCaps: { c: { totalCapMicroUsd: usd(1) } },
    });
    assert.equal(await change(bench, stated, { dailyCapMicroUsd: null }, strict), "changed");
  }),

  storeCase("refuses a call whose key was changed after its policy was read", async (bench) => {
    const parent = await bench.issue({ allowedEndpoints: ["/v1/*"] });
    const child = await carve(bench, parent, {});
    for (const changed of [child, parent]) {
      const read = await bench.store.findKey(child.tokenHash);
      assert.ok(read);
      const readChanges = read.changes;
      assert.equal((await bench.reserve(child, FREE, { readChanges })).answer.admitted, true);
      await change(bench, changed, { allowedEndpoints: ["GET /v1/*"] });
      assert.equal(refusal(await bench.reserve(child, FREE, { readChanges })).code, "key_changed");
      const again = await bench.store.findKey(child.tokenHash);
      assert.equal(
        (await bench.reserve(child, FREE, { readChanges: again?.changes ?? -1 })).answer.admitted,
        true,
      );
    }
    const bound = await bench.store.findKey(child.tokenHash);
    assert.deepEqual(bound?.policy.within, [["GET /v1/*"]]);
  }),

  storeCase("holds a child to its parent's caps and bounds as they are now", async (bench) => {
    const parent = await bench.issue({ totalCapMicroUsd: usd(100) });
    const child = await carve(bench, parent, { totalCapMicroUsd: usd(50) });
    const other = await carve(bench, parent, { totalCapMicroUsd: usd(50) });
    await bench.settle(await bench.reserve(child, charge(10)), EFFECT);
    await bench.settle(await bench.reserve(other, charge(10)), UNKNOWN);
    await change(bench, parent, { totalCapMicroUsd: usd(30) }, ISSUER);
    const refused = await bench.reserve(child, charge(10.01));
    assert.equal(refusal(refused).limit, "key:total");
    assert.equal(refused.answer.remainingMicroUsd, usd(10));
    assert.equal(refusal(await bench.reserve(parent, charge(0.01))).limit, "key:total");
    assert.equal(reserved(await bench.reserve(other, charge(10))), usd(10));
    assert.equal(refusal(await bench.reserve(child, charge(0.01))).code, "cap_exhausted");
    await change(bench, parent, { totalCapMicroUsd: usd(100), maxMicroUsdPerCall: usd(3) });
    assert.equal(refusal(await bench.reserve(child, charge(4))).limit, "key:per_call");
    assert.equal(reserved(await bench.reserve(child, { kind: "unpriced" })), usd(3));
    assert.deepEqual(await bench.sums(parent), [usd(10), usd(90), usd(10)]);
  }),

  storeCase("sets a child's raise aside in its parent, or refuses it", async (bench) => {
    const parent = await bench.issue({ totalCapMicroUsd: usd(100) });
    const child = await carve(bench, parent, { totalCapMicroUsd: usd(60) });
    assert.equal(await change(bench, child, { totalCapMicroUsd: usd(101) }), "no_room");
    assert.equal(await change(bench, child, { totalCapMicroUsd: null }), "no_room");
    assert.equal(await change(bench, child, { totalCapMicroUsd: usd(90) }), "changed");
    assert.equal(refusal(await bench.reserve(parent, charge(10.01))).limit, "key:total");
    assert.equal(await change(bench, child, { totalCapMicroUsd: usd(20) }, ISSUER), "changed");
    assert.equal(reserved(await bench.reserve(parent, charge(80))), usd(80));
    const free = await bench.issue();
    const heir = await carve(bench, free, { totalCapMicroUsd: usd(1) });
    assert.equal(await change(bench, heir, { totalCapMicroUsd: null }), "changed");
  }),
];
