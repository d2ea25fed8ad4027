import assert from "node:assert/strict";
import type { AuditRecord, KeyState, Outcome } from "../ledger.ts";
import {
  charge,
  DAY_MS,
  EFFECT,
  type LedgerBench,
  type LedgerCase,
  REPLAYED,
  refusal,
  reserved,
  SECOND_MS,
  storeCase,
  UNKNOWN,
  usd,
} from "./store-bench.ts";

const replayId = "the-same-call";
const OBJECT = { objectId: "stripe:live::pi_1" };

/** What is the same before and after the process has died. */
async function listAll({ store }: LedgerBench): Promise<{ keys: (KeyState | undefined)[]; rest: unknown[] }> {
  const keys = await store.listKeys("acme", {}, { limit: 100 });
  return {
    keys: await Promise.all(keys.items.map(({ id }) => store.getKey("acme", id))),
    rest: [
      await store.listBudgets("acme", { limit: 100 }),
      await store.listAudit("acme", {}, { limit: 100 }),
      await store.getNewestAuditId("acme"),
      await store.getExposure("acme", OBJECT.objectId),
    ],
  };
}

/** A store that outlives its process loses nothing that was answered: for stores that can be reopened. */
export const reopenCases: LedgerCase[] = [
  storeCase("keeps everything over a reopen: keys, caps, holds, exposures and entries", async (bench) => {
    await bench.store.putBudget("acme", "team", { dailyCapMicroUsd: usd(90), frozen: false });
    const policy = {
      totalCapMicroUsd: usd(100),
      budgets: ["team"],
      callsPerMinute: 60,
      metadata: { run: "7" },
    };
    const key = await bench.issue(policy);
    await bench.issue({ totalCapMicroUsd: usd(10) }, { parentId: key.id, expiresAt: key.expiresAt });
    const told: Outcome = { kind: "effect", costMicroUsd: usd(20), ...OBJECT };
    await bench.settle(await bench.reserve(key, charge(20)), told);
    await bench.settle(await bench.reserve(key, charge(30)), UNKNOWN);
    await bench.reserve(key, charge(5));
    await bench.store.keepReceipt("acme", key.id, { calls: 1, heldMicroUsd: usd(5) });
    const before = await listAll(bench);
    await bench.reopen();
    assert.deepEqual(await listAll(bench), before);
    assert.deepEqual(await bench.store.findKey(key.tokenHash), key);
    assert.deepEqual(await bench.store.getReceipt("acme", key.id), { calls: 1, heldMicroUsd: usd(5) });
    assert.deepEqual(await bench.sums(key), [usd(20), usd(45), usd(30)]);
    assert.equal(refusal(await bench.reserve(key, charge(36))).limit, "key:total");
    assert.equal(refusal(await bench.reserve(key, charge(35.5))).limit, "key:total");
    assert.equal(reserved(await bench.reserve(key, charge(20), OBJECT)), 0);
  }),

  storeCase("knows tries, replays and answers of the time before a reopen", async (bench) => {
    const key = await bench.issue({ totalCapMicroUsd: usd(20) });
    const first = await bench.reserve(key, charge(20), { attemptId: "try_a", replayId });
    await bench.reopen();
    assert.deepEqual(
      (await bench.reserve(key, charge(20), { attemptId: "try_a", replayId })).answer,
      first.answer,
    );
    const retry = await bench.reserve(key, charge(20), { replayId });
    const settlement = await bench.settle(retry, EFFECT);
    await bench.reopen();
    assert.deepEqual(await bench.settle(retry, EFFECT), settlement);
    await bench.settle("try_a", REPLAYED);
    assert.deepEqual(await bench.sums(key), [usd(20), 0, 0]);
    assert.equal((await bench.audit()).length, 2);
  }),

  storeCase("gives up what was under way when the process died, once", async (bench) => {
    const key = await bench.issue({ totalCapMicroUsd: usd(20) });
    const lost = await bench.reserve(key, charge(20), { giveUpAfterMs: SECOND_MS });
    await bench.reopen();
    assert.deepEqual(await bench.store.listInFlight("acme", key.id), [
      { attemptId: lost.id, heldMicroUsd: usd(20) },
    ]);
    bench.now += SECOND_MS;
    assert.equal(await bench.store.endOverdue(), 1);
    await bench.reopen();
    assert.equal(await bench.store.endOverdue(), 0);
    assert.deepEqual(await bench.sums(key), [0, usd(20), usd(20)]);
    const entries: Partial<AuditRecord>[] = await bench.audit();
    assert.deepEqual(
      entries.map(({ outcome }) => outcome),
      ["unknown"],
    );
    bench.now += DAY_MS;
    assert.equal(await bench.store.spendUnknown(bench.now), 1);
    assert.deepEqual(await bench.sums(key), [usd(20), 0, 0]);
  }),

  storeCase("keeps what was revoked, extended, changed, frozen and issued over a reopen", async (bench) => {
    const revoked = await bench.issue();
    const extended = await bench.issue({ budgets: ["b"] });
    const issueReplay = { key: "idem", requestHash: "hash-of-policy", salt: "salt-1" };
    const issued = { ...extended, id: "key_idem", tokenHash: "hash_idem" };
    await bench.store.createKey(issued, issueReplay);
    await bench.store.revokeKeys("acme", { id: revoked.id });
    await bench.store.extendKey("acme", extended.id, extended.maxExpiresAt);
    await bench.store.putBudget("acme", "b", { frozen: true });
    const changes = { maxCalls: 1, dailyCapMicroUsd: usd(3) };
    await bench.store.changeKey("acme", issued.id, changes, { mayRaise: true, requireCap: false });
    const freeze = {
      id: "frz_1",
      tenant: "acme",
      scope: { vendor: "none" },
      note: "why",
      createdAt: bench.now,
    };
    await bench.store.freeze(freeze);
    await bench.reopen();
    assert.deepEqual(await bench.store.listFreezes("acme"), [freeze]);
    assert.deepEqual(refusal(await bench.reserve(revoked, charge(1))), { code: "key_revoked" });
    assert.equal((await bench.state(extended)).record.expiresAt, extended.maxExpiresAt);
    assert.equal(refusal(await bench.reserve(extended, charge(1))).code, "budget_frozen");
    const again = await bench.store.createKey(
      { ...issued, id: "key_two", tokenHash: "hash_two" },
      issueReplay,
    );
    const changed = { ...issued, policy: { ...issued.policy, ...changes }, changes: 1 };
    assert.deepEqual(again, { status: "replayed", record: changed, salt: "salt-1" });
  }),
];
