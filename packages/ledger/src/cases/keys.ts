import assert from "node:assert/strict";
import type { KeyRecord } from "../ledger.ts";
import { charge, DAY_MS, HOUR_MS, type LedgerCase, refusal, storeCase, usd } from "./store-bench.ts";

const issueReplay = { key: "idem", requestHash: "hash-of-policy", salt: "salt-1" };

/** Keys: made once, found by hash, listed, extended and revoked by their own tenant alone. */
export const keyCases: LedgerCase[] = [
  storeCase("finds a key by the hash of its token", async (bench) => {
    const key = await bench.issue({
      dailyCapMicroUsd: usd(1),
      tenantCredential: true,
      metadata: { run: "7" },
    });
    assert.deepEqual(await bench.store.findKey(key.tokenHash), key);
    assert.equal(await bench.store.findKey("hash_nobody"), undefined);
  }),

  storeCase("makes one key of two issues under one idempotency key", async (bench) => {
    const key = await bench.issue({}, { id: "key_template", tokenHash: "hash_template" });
    const one: KeyRecord = { ...key, id: "key_one", tokenHash: "hash_one" };
    const two: KeyRecord = { ...key, id: "key_two", tokenHash: "hash_two" };
    assert.deepEqual(await bench.store.createKey(one, issueReplay), { status: "created" });
    assert.deepEqual(await bench.store.createKey(two, { ...issueReplay, salt: "salt-2" }), {
      status: "replayed",
      record: one,
      salt: "salt-1",
    });
    assert.equal(await bench.store.findKey("hash_two"), undefined);
    assert.deepEqual(await bench.store.createKey(two, { ...issueReplay, requestHash: "other" }), {
      status: "conflict",
    });
    bench.now += DAY_MS;
    assert.deepEqual(await bench.store.createKey(two, { ...issueReplay, requestHash: "other" }), {
      status: "created",
    });
  }),

  storeCase("makes one key of twenty concurrent issues under one idempotency key", async (bench) => {
    const key = await bench.issue({});
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        bench.store.createKey({ ...key, id: `key_c${index}`, tokenHash: `hash_c${index}` }, issueReplay),
      ),
    );
    assert.equal(answers.filter(({ status }) => status === "created").length, 1);
    const ids = answers.flatMap((answer) => (answer.status === "replayed" ? [answer.record.id] : []));
    assert.equal(new Set(ids).size, 1);
  }),

  storeCase("moves the end of a key, never past its longest life", async (bench) => {
    const key = await bench.issue({}, { expiresAt: bench.now + HOUR_MS, maxExpiresAt: bench.now + DAY_MS });
    const later = bench.now + 2 * HOUR_MS;
    assert.equal((await bench.store.extendKey("acme", key.id, later))?.expiresAt, later);
    const capped = await bench.store.extendKey("acme", key.id, bench.now + 9 * DAY_MS);
    assert.equal(capped?.expiresAt, key.maxExpiresAt);
    assert.equal((await bench.state(key)).record.expiresAt, key.maxExpiresAt);
  }),

  storeCase("brings no ended key back to life", async (bench) => {
    const expired = await bench.issue({}, { expiresAt: bench.now + HOUR_MS });
    const revoked = await bench.issue({}, { expiresAt: bench.now + HOUR_MS });
    await bench.store.revokeKeys("acme", { id: revoked.id });
    bench.now += HOUR_MS;
    for (const key of [expired, revoked]) {
      await bench.store.extendKey("acme", key.id, bench.now + HOUR_MS);
      assert.equal((await bench.reserve(key, charge(1))).answer.admitted, false);
    }
  }),

  storeCase("revokes once, and remembers when", async (bench) => {
    const key = await bench.issue({});
    assert.deepEqual(await bench.store.revokeKeys("acme", { id: key.id }), [key.id]);
    const { revokedAt } = (await bench.state(key)).record;
    assert.equal(revokedAt, bench.now);
    bench.now += HOUR_MS;
    assert.deepEqual(await bench.store.revokeKeys("acme", { id: key.id }), []);
    assert.equal((await bench.state(key)).record.revokedAt, revokedAt);
    assert.equal((await bench.store.findKey(key.tokenHash))?.revokedAt, revokedAt);
  }),

  storeCase("revokes many: all the given fields must match", async (bench) => {
    const labelled = { label: "run-7/step-1", expiresAt: bench.now + HOUR_MS };
    const both = await bench.issue({ budgets: ["user:42"] }, labelled);
    const noBudget = await bench.issue({}, labelled);
    const otherLabel = await bench.issue({ budgets: ["user:42"] }, { label: "run-8" });
    const otherVendor = await bench.issue({ budgets: ["user:42"] }, { ...labelled, vendor: "twilio" });
    const filter = { labelPrefix: "run-7/", budget: "user:42", vendor: "stripe" };
    assert.deepEqual(await bench.store.revokeKeys("acme", filter), [both.id]);
    for (const key of [noBudget, otherLabel, otherVendor]) {
      assert.equal((await bench.state(key)).record.revokedAt, null);
    }
    bench.now += HOUR_MS;
    const more = await bench.store.revokeKeys("acme", { budget: "user:42" });
    assert.deepEqual(more, [otherLabel.id], "revoked and expired keys are not counted again");
  }),

  storeCase("lists keys newest first, by page and by filter", async (bench) => {
    const keys: KeyRecord[] = [];
    for (let index = 0; index < 7; index++) {
      const vendor = index % 2 ? "stripe" : "twilio";
      const policy = { budgets: index < 3 ? ["org:a"] : [] };
      keys.push(await bench.issue(policy, { vendor, label: `run-${index}`, createdAt: bench.now++ }));
    }
    const newestFirst = keys.map(({ id }) => id).reverse();
    const seen: string[] = [];
    for (let more = true; more; ) {
      const startingAfter = seen.at(-1);
      const page = await bench.store.listKeys(
        "acme",
        {},
        { limit: 3, ...(startingAfter === undefined ? {} : { startingAfter }) },
      );
      seen.push(...page.items.map(({ id }) => id));
      more = page.hasMore;
    }
    assert.deepEqual(seen, newestFirst);
    const whole = await bench.store.listKeys("acme", {}, { limit: 7 });
    assert.equal(whole.hasMore, false);

    const revoked = keys[0] as KeyRecord;
    await bench.store.revokeKeys("acme", { id: revoked.id });
    const count = async (filter: Parameters<typeof bench.store.listKeys>[1]): Promise<number> =>
      (await bench.store.listKeys("acme", filter, { limit: 100 })).items.length;
    assert.equal(await count({ status: "revoked" }), 1);
    assert.equal(await count({ status: "active" }), 6);
    assert.equal(await count({ status: "expired" }), 0);
    assert.equal(await count({ vendor: "stripe" }), 3);
    assert.equal(await count({ labelPrefix: "run-" }), 7);
    assert.equal(await count({ labelPrefix: "run-1" }), 1);
    assert.equal(await count({ budget: "org:a", vendor: "stripe" }), 1);
    bench.now += 30 * DAY_MS;
    assert.equal(await count({ status: "expired" }), 6);
  }),

  storeCase("shows no tenant what is another's, in any verb", async (bench) => {
    const key = await bench.issue({ budgets: ["shared-name"] }, { expiresAt: bench.now + HOUR_MS });
    const { store } = bench;
    await bench.settle(await bench.reserve(key, charge(5)), { kind: "effect", costMicroUsd: null });
    assert.equal(await store.getKey("other", key.id), undefined);
    assert.deepEqual(await store.listKeys("other", {}, { limit: 10 }), { items: [], hasMore: false });
    assert.equal(await store.extendKey("other", key.id, bench.now + 2 * HOUR_MS), undefined);
    assert.deepEqual(await store.revokeKeys("other", { id: key.id }), []);
    assert.deepEqual(await store.revokeKeys("other", { vendor: "stripe" }), []);
    assert.equal(await store.getBudget("other", "shared-name"), undefined);
    assert.deepEqual(await store.listBudgets("other", { limit: 10 }), { items: [], hasMore: false });
    await store.putBudget("other", "shared-name", { frozen: true, totalCapMicroUsd: usd(1) });
    assert.deepEqual(await store.listAudit("other", {}, { limit: 10 }), { items: [], hasMore: false });
    assert.deepEqual(await store.listAuditAfter("other", {}, { limit: 10 }), { items: [], hasMore: false });
    assert.equal(await store.getNewestAuditId("other"), undefined);
    const state = await bench.state(key);
    assert.deepEqual(state.record, key, "nothing of it was changed");
    assert.equal(state.budgets[0]?.frozen, false);
    assert.equal((await bench.reserve(key, charge(5))).answer.admitted, true);
    assert.equal((await store.getBudget("other", "shared-name"))?.spend.totalMicroUsd, 0);
  }),

  storeCase("counts a call limit of one key against no other", async (bench) => {
    const one = await bench.issue({ maxCalls: 1 });
    const other = await bench.issue({ maxCalls: 1 });
    await bench.reserve(one, charge(1));
    assert.equal(refusal(await bench.reserve(one, charge(1))).code, "call_limit_reached");
    assert.equal((await bench.reserve(other, charge(1))).answer.admitted, true);
  }),
];
