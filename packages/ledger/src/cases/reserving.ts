import assert from "node:assert/strict";
import {
  charge,
  EFFECT,
  FREE,
  type LedgerCase,
  REFUSED,
  refusal,
  reserved,
  SECOND_MS,
  storeCase,
  UNKNOWN,
  usd,
} from "./store-bench.ts";

/** Room is set aside in one step, and given back only on proof. */
export const reserveCases: LedgerCase[] = [
  storeCase("admits exactly 50 of 100 concurrent calls where 50 fit", async (bench) => {
    const key = await bench.issue({ dailyCapMicroUsd: usd(1000) });
    const tries = await Promise.all(Array.from({ length: 100 }, () => bench.reserve(key, charge(20))));
    assert.equal(tries.filter(({ answer }) => answer.admitted).length, 50);
    assert.deepEqual(await bench.sums(key), [0, usd(1000), 0]);
  }),

  storeCase("lets keys that share a budget fill it to the cent, and no further", async (bench) => {
    await bench.store.putBudget("acme", "user:42", { dailyCapMicroUsd: usd(100.01) });
    const one = await bench.issue({ budgets: ["user:42"] });
    const other = await bench.issue({ budgets: ["user:42"] });
    const tries = await Promise.all(
      Array.from({ length: 20 }, (_, index) => bench.reserve(index % 2 ? one : other, charge(10))),
    );
    assert.equal(tries.filter(({ answer }) => answer.admitted).length, 10);
    assert.equal(reserved(await bench.reserve(one, charge(0.01))), usd(0.01));
    assert.deepEqual(refusal(await bench.reserve(other, charge(0.01))), {
      code: "cap_exhausted",
      limit: "budget:user:42:daily",
    });
  }),

  storeCase("reserves under the key and every budget, or under none", async (bench) => {
    await bench.store.putBudget("acme", "wide", { totalCapMicroUsd: usd(1000) });
    await bench.store.putBudget("acme", "tight", { totalCapMicroUsd: usd(10) });
    const key = await bench.issue({ dailyCapMicroUsd: usd(500), budgets: ["wide", "tight"] });
    assert.equal(refusal(await bench.reserve(key, charge(20))).limit, "budget:tight:total");
    assert.deepEqual(await bench.sums(key), [0, 0, 0]);
    assert.equal((await bench.state(key)).calls, 0);
    for (const name of ["wide", "tight"]) {
      assert.equal((await bench.store.getBudget("acme", name))?.spend.heldMicroUsd, 0);
    }
    await bench.reserve(key, charge(10));
    for (const name of ["wide", "tight"]) {
      assert.equal((await bench.store.getBudget("acme", name))?.spend.heldMicroUsd, usd(10));
    }
  }),

  storeCase("counts a reservation once, however often it is asked for under one id", async (bench) => {
    const key = await bench.issue({ dailyCapMicroUsd: usd(30), maxCalls: 2 });
    const first = await bench.reserve(key, charge(20), { attemptId: "try_a" });
    const again = await bench.reserve(key, charge(20), { attemptId: "try_a" });
    assert.deepEqual(again.answer, first.answer);
    assert.deepEqual(await bench.sums(key), [0, usd(20), 0]);
    await bench.settle("try_a", EFFECT);
    const afterwards = await bench.reserve(key, charge(20), { attemptId: "try_a" });
    assert.deepEqual(afterwards.answer, first.answer);
    assert.deepEqual(await bench.sums(key), [usd(20), 0, 0]);
    assert.equal((await bench.state(key)).calls, 1);
  }),

  storeCase("settles a try once, and gives the same answer and one entry when asked again", async (bench) => {
    const key = await bench.issue({ dailyCapMicroUsd: usd(100) });
    const attempt = await bench.reserve(key, charge(20));
    const first = await bench.settle(attempt, EFFECT);
    assert.deepEqual(await bench.settle(attempt, EFFECT), first);
    assert.deepEqual(await bench.settle(attempt, REFUSED), first);
    assert.deepEqual(await bench.sums(key), [usd(20), 0, 0]);
    assert.equal((await bench.audit()).length, 1);
  }),

  storeCase("refuses to settle a try it never admitted", async (bench) => {
    await assert.rejects(bench.settle("try_nobody", EFFECT));
  }),

  storeCase("settles the true cost, below and above what was reserved", async (bench) => {
    const key = await bench.issue({ dailyCapMicroUsd: usd(100) });
    await bench.settle(await bench.reserve(key, charge(20)), { kind: "effect", costMicroUsd: usd(15) });
    assert.deepEqual(await bench.sums(key), [usd(15), 0, 0]);
    const over = await bench.settle(await bench.reserve(key, charge(20)), {
      kind: "effect",
      costMicroUsd: usd(90),
    });
    assert.equal(over.costMicroUsd, usd(90));
    assert.equal(over.remainingMicroUsd, 0);
    assert.deepEqual(refusal(await bench.reserve(key, charge(0.01))).limit, "key:daily");
  }),

  storeCase("gives a refused call's room back, keeps an unknown one's", async (bench) => {
    const key = await bench.issue({ dailyCapMicroUsd: usd(100) });
    const refused = await bench.settle(await bench.reserve(key, charge(20)), REFUSED);
    assert.deepEqual([refused.outcome, refused.costMicroUsd], ["released", 0]);
    const neverSent = await bench.settle(await bench.reserve(key, charge(20)), { kind: "never_sent" });
    assert.deepEqual([neverSent.outcome, neverSent.costMicroUsd], ["released", 0]);
    assert.deepEqual(await bench.sums(key), [0, 0, 0]);
    const unknown = await bench.settle(await bench.reserve(key, charge(20)), UNKNOWN);
    assert.deepEqual([unknown.outcome, unknown.costMicroUsd], ["unknown", null]);
    assert.deepEqual(await bench.sums(key), [0, usd(20), usd(20)]);
    assert.equal(unknown.remainingMicroUsd, usd(80));
  }),

  storeCase("gives room back to every budget, too", async (bench) => {
    const key = await bench.issue({ budgets: ["a", "b"] });
    await bench.settle(await bench.reserve(key, charge(20)), REFUSED);
    await bench.settle(await bench.reserve(key, charge(5)), EFFECT);
    for (const name of ["a", "b"]) {
      const spend = (await bench.store.getBudget("acme", name))?.spend;
      assert.deepEqual([spend?.heldMicroUsd, spend?.totalMicroUsd], [0, usd(5)]);
    }
  }),

  storeCase("admits no call after a revocation has answered", async (bench) => {
    const key = await bench.issue({});
    let revoked = false;
    const hammering = Promise.all(
      Array.from({ length: 50 }, async () => {
        for (let round = 0; round < 20; round++) {
          const startedAfter = revoked;
          const { answer } = await bench.reserve(key, charge(1));
          assert.ok(!startedAfter || !answer.admitted, "a call began after the revocation and was admitted");
        }
      }),
    );
    await bench.store.revokeKeys("acme", { id: key.id });
    revoked = true;
    await hammering;
    assert.deepEqual(refusal(await bench.reserve(key, FREE)), { code: "key_revoked" });
  }),

  storeCase("settles a call of a key that was revoked or has expired meanwhile", async (bench) => {
    const key = await bench.issue({}, { expiresAt: bench.now + SECOND_MS });
    const attempt = await bench.reserve(key, charge(20));
    await bench.store.revokeKeys("acme", { id: key.id });
    bench.now += 2 * SECOND_MS;
    assert.equal((await bench.settle(attempt, EFFECT)).costMicroUsd, usd(20));
    assert.deepEqual(await bench.sums(key), [usd(20), 0, 0]);
  }),

  storeCase("admits nothing once a key has expired", async (bench) => {
    const key = await bench.issue({}, { expiresAt: bench.now + SECOND_MS });
    bench.now += SECOND_MS;
    assert.deepEqual(refusal(await bench.reserve(key, FREE)), { code: "key_expired" });
  }),

  storeCase("lists what is in flight with what it holds, a shared reservation once", async (bench) => {
    const key = await bench.issue({});
    const lone = await bench.reserve(key, charge(5));
    const free = await bench.reserve(key, FREE);
    const first = await bench.reserve(key, charge(20), { replayId: "r" });
    const second = await bench.reserve(key, charge(20), { replayId: "r" });
    const open = await bench.store.listInFlight(key.tenant, key.id);
    assert.deepEqual(
      open.map(({ attemptId }) => attemptId).sort(),
      [lone, free, first, second].map(({ id }) => id).sort(),
    );
    assert.equal(
      open.reduce((sum, { heldMicroUsd }) => sum + heldMicroUsd, 0),
      usd(25),
    );
    await bench.settle(lone, EFFECT);
    await bench.settle(free, EFFECT);
    await bench.settle(first, EFFECT);
    assert.deepEqual(await bench.store.listInFlight(key.tenant, key.id), [
      { attemptId: second.id, heldMicroUsd: 0 },
    ]);
    await bench.settle(second, { kind: "replayed", costMicroUsd: null });
    assert.deepEqual(await bench.store.listInFlight(key.tenant, key.id), []);
    assert.deepEqual(await bench.store.listInFlight("acme", "key_nobody"), []);
  }),

  storeCase("caps single calls, and takes a cap of 0 for no spending at all", async (bench) => {
    const each = await bench.issue({ maxMicroUsdPerCall: usd(20) });
    assert.equal(reserved(await bench.reserve(each, charge(20))), usd(20));
    assert.equal(refusal(await bench.reserve(each, charge(20.000001))).limit, "key:per_call");
    const none = await bench.issue({ dailyCapMicroUsd: 0 });
    assert.equal(refusal(await bench.reserve(none, charge(0))).code, "cap_exhausted");
    assert.equal(reserved(await bench.reserve(none, FREE)), 0);
    const nothingEach = await bench.issue({ dailyCapMicroUsd: usd(5), maxMicroUsdPerCall: 0 });
    assert.equal(refusal(await bench.reserve(nothingEach, { kind: "unpriced" })).limit, "key:per_call");
  }),

  storeCase(
    "bounds what has no price by max_usd_per_call, and refuses it under a bare cap",
    async (bench) => {
      const bare = await bench.issue({ totalCapMicroUsd: usd(5) });
      assert.equal(refusal(await bench.reserve(bare, { kind: "unpriced" })).code, "unpriced_endpoint");
      const bounded = await bench.issue({ totalCapMicroUsd: usd(5), maxMicroUsdPerCall: usd(2) });
      const attempt = await bench.reserve(bounded, { kind: "unpriced" });
      assert.equal(reserved(attempt), usd(2));
      assert.equal((await bench.settle(attempt, EFFECT)).costMicroUsd, usd(2));
      const free = await bench.issue({});
      const unknownCost = await bench.reserve(free, { kind: "unpriced" });
      assert.equal(reserved(unknownCost), 0);
      assert.equal((await bench.settle(unknownCost, EFFECT)).costMicroUsd, null);
      const price = { kind: "currency_unpriced", currency: "xts" } as const;
      assert.equal(refusal(await bench.reserve(bounded, price)).code, "currency_unpriced");
      assert.equal(refusal(await bench.reserve(bare, price)).code, "currency_unpriced");
      assert.equal(reserved(await bench.reserve(free, price)), 0);
    },
  ),

  storeCase("takes the bound of an endpoint in place of the key's, above it and below", async (bench) => {
    const key = await bench.issue({ totalCapMicroUsd: usd(100), maxMicroUsdPerCall: usd(20) });
    const at = (maxUsd: number): { endpointBounds: number[] } => ({ endpointBounds: [usd(maxUsd)] });
    assert.equal(reserved(await bench.reserve(key, charge(30), at(30))), usd(30));
    assert.equal(refusal(await bench.reserve(key, charge(11), at(10))).limit, "key:per_call");
    assert.equal(reserved(await bench.reserve(key, { kind: "unpriced" }, at(5))), usd(5));
    assert.equal(refusal(await bench.reserve(key, charge(0), at(0))).limit, "key:per_call");
    // It binds that call alone.
    assert.equal(refusal(await bench.reserve(key, charge(21))).limit, "key:per_call");
    assert.equal((await bench.state(key)).record.policy.maxMicroUsdPerCall, usd(20));
    const unbound = await bench.issue({ totalCapMicroUsd: usd(100) });
    assert.equal(reserved(await bench.reserve(unbound, { kind: "unpriced" }, at(5))), usd(5));
    assert.equal(refusal(await bench.reserve(unbound, { kind: "unpriced" })).code, "unpriced_endpoint");
  }),

  storeCase("keeps an allowlist with bounds as it was stored", async (bench) => {
    const allowedEndpoints = ["GET /v1/*", { endpoint: "POST /v1/charges", maxMicroUsdPerCall: usd(20) }];
    const key = await bench.issue({ allowedEndpoints, within: [allowedEndpoints] });
    const found = await bench.store.findKey(key.tokenHash);
    assert.deepEqual(found?.policy.allowedEndpoints, allowedEndpoints);
  }),

  storeCase(
    "refuses nothing for policy to a shadow key, and says what it would have refused",
    async (bench) => {
      const key = await bench.issue({ dailyCapMicroUsd: usd(10), shadow: true });
      const { answer } = await bench.reserve(key, charge(20));
      assert.ok(answer.admitted);
      assert.equal(answer.wouldRefuse, "cap_exhausted");
      assert.deepEqual(await bench.sums(key), [0, usd(20), 0]);
      const frozen = await bench.issue({ budgets: ["org:frozen"], shadow: true });
      await bench.store.putBudget("acme", "org:frozen", { frozen: true });
      assert.equal(refusal(await bench.reserve(frozen, charge(1))).code, "budget_frozen");
      await bench.store.revokeKeys("acme", { id: key.id });
      assert.equal(refusal(await bench.reserve(key, charge(1))).code, "key_revoked");
    },
  ),
];
