import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { onSqlite } from "../../test-support/sqlite-stores.ts";
import { charge, EFFECT, refusal, reserved, usd } from "../cases/store-bench.ts";

/** Somebody else's hand in the file. */
function withDatabase(file: string, work: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(file);
  try {
    work(database);
  } finally {
    database.close();
  }
}

/** From now on SQLite undoes a transaction in which an attempt begins with `bad`, as it does when the disk is full. */
const FAIL_TRANSACTIONS = `
CREATE TRIGGER fail_transaction AFTER INSERT ON tries WHEN NEW.id LIKE 'bad%'
BEGIN SELECT RAISE(ROLLBACK, 'the disk is full'); END`;

it(
  "undoes a verb that fails, and none of those it shares a transaction with",
  onSqlite(async (bench) => {
    const key = await bench.issue({ totalCapMicroUsd: usd(100) });
    const twice = { ...key, id: "key_other" };
    const results = await Promise.allSettled([
      bench.reserve(key, charge(10)),
      bench.settle("try_nobody", EFFECT),
      bench.store.createKey(twice),
      bench.reserve(key, charge(20)),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
    expect(await bench.sums(key)).toEqual([0, usd(30), 0]);
    expect(await bench.store.getKey("acme", "key_other")).toBeUndefined();
  }),
);

it(
  "rejects all operations of a transaction that fails, and keeps nothing of it",
  onSqlite(async (bench, file) => {
    const key = await bench.issue({ totalCapMicroUsd: usd(100), maxCalls: 3 });
    withDatabase(file, (database) => database.exec(FAIL_TRANSACTIONS));
    const results = await Promise.allSettled([
      bench.reserve(key, charge(10), { attemptId: "good_1" }),
      bench.reserve(key, charge(10), { attemptId: "bad_1" }),
      bench.store.putBudget("acme", "team", { frozen: true }),
      bench.store.revokeKeys("acme", { id: key.id }),
    ]);
    expect(results.map(({ status }) => status)).toEqual(Array(4).fill("rejected"));
    expect(await bench.sums(key)).toEqual([0, 0, 0]);
    expect((await bench.state(key)).calls).toBe(0);
    expect((await bench.state(key)).record.revokedAt).toBeNull();
    expect(await bench.store.getBudget("acme", "team")).toBeUndefined();
    await bench.reopen();
    expect(await bench.sums(key)).toEqual([0, 0, 0]);
    const again = await bench.reserve(key, charge(10), { attemptId: "good_1" });
    expect(reserved(again)).toBe(usd(10));
  }),
);

it(
  "tells no listener of an entry that was not kept",
  onSqlite(async (bench, file) => {
    const key = await bench.issue();
    const attempt = await bench.reserve(key, charge(10));
    withDatabase(file, (database) => database.exec(FAIL_TRANSACTIONS));
    let heard = 0;
    bench.store.onAudit(() => {
      heard++;
    });
    await Promise.allSettled([
      bench.settle(attempt, EFFECT),
      bench.reserve(key, charge(10), { attemptId: "bad_1" }),
    ]);
    expect(heard).toBe(0);
    expect(await bench.audit()).toEqual([]);
    await bench.settle(attempt, EFFECT);
    expect(heard).toBe(1);
  }),
);

it(
  "rejects while somebody else holds the file, and serves again afterwards",
  onSqlite(async (bench, file) => {
    const key = await bench.issue();
    const intruder = new DatabaseSync(file);
    intruder.exec("BEGIN IMMEDIATE");
    await assert.rejects(bench.reserve(key, charge(10), { attemptId: "try_a" }));
    await assert.rejects(async () => bench.store.ping());
    // Nothing was written, so that what is there can still be read.
    expect(await bench.sums(key)).toEqual([0, 0, 0]);
    intruder.close();
    await bench.store.ping();
    expect(reserved(await bench.reserve(key, charge(10), { attemptId: "try_a" }))).toBe(usd(10));
  }),
);

it(
  "commits what is asked for before it is closed, and nothing afterwards",
  onSqlite(async (bench) => {
    const key = await bench.issue();
    const asked = bench.reserve(key, charge(10));
    await bench.store.close();
    expect(reserved(await asked)).toBe(usd(10));
    await assert.rejects(bench.reserve(key, charge(10)));
    await assert.rejects(async () => bench.store.ping());
    await bench.store.close();
    await bench.reopen();
    expect(await bench.sums(key)).toEqual([0, usd(10), 0]);
  }),
);

it(
  "sees what another program has written to the file",
  onSqlite(async (bench, file) => {
    await bench.store.putBudget("acme", "team", { totalCapMicroUsd: usd(10) });
    const key = await bench.issue({ budgets: ["team"] });
    await bench.settle(await bench.reserve(key, charge(1)), EFFECT);
    withDatabase(file, (database) => database.exec("UPDATE budgets SET frozen = 1"));
    expect(refusal(await bench.reserve(key, charge(1))).code).toBe("budget_frozen");
  }),
);
