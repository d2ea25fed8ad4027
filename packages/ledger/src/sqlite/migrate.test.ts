import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it, onTestFinished } from "vitest";
import { makeFolder } from "../../test-support/sqlite-stores.ts";
import { WRITTEN_AT, writeSchema1 } from "../../test-support/write-schema-1.ts";
import type { AuditDraft, Ledger } from "../ledger.ts";
import { createSqliteLedger } from "./create-sqlite-ledger.ts";
import { migrate, SCHEMA_VERSION } from "./migrate.ts";

const USD = 1_000_000;
const DAY_MS = 86_400_000;

function openSchema1(): { store: Ledger; path: string } {
  const path = join(makeFolder(), "x.db");
  writeSchema1(path);
  const store = createSqliteLedger({ path, clock: () => WRITTEN_AT, retentionMs: 365 * DAY_MS });
  onTestFinished(() => store.close());
  return { store, path };
}

const SPEND = {
  dailyMicroUsd: 20 * USD,
  dailyHeldMicroUsd: 35 * USD,
  totalMicroUsd: 20 * USD,
  heldMicroUsd: 35 * USD,
  unknownMicroUsd: 30 * USD,
  exposureMicroUsd: 0,
};

it("brings a ledger of the first schema up to date, and keeps its books", async () => {
  const { store, path } = openSchema1();
  expect(await store.getKey("acme", "key_1")).toMatchObject({ calls: 3, spend: SPEND });
  expect(await store.getBudget("acme", "team")).toMatchObject({ dailyCapMicroUsd: 90 * USD, spend: SPEND });
  expect(await store.getExposure("acme", "stripe:live::pi_1")).toBe(20 * USD);
  expect((await store.listAudit("acme", {}, { limit: 10 })).items.map(({ id }) => id)).toEqual([
    "aud_2",
    "aud_1",
  ]);
  await store.close();
  const database = new DatabaseSync(path);
  const versions = database.prepare("SELECT version FROM schema_versions ORDER BY version").all();
  database.close();
  expect(versions.map(({ version }) => version)).toEqual(
    Array.from({ length: SCHEMA_VERSION }, (_, index) => index + 1),
  );
});

it("counts what was carved out of a key in that key, as its account does since schema 4", async () => {
  const path = join(makeFolder(), "x.db");
  writeFamily(path);
  const store = createSqliteLedger({ path, clock: () => WRITTEN_AT });
  onTestFinished(() => store.close());
  const read = async (id: string) => (await store.getKey("acme", id))?.spend;
  const child = { totalMicroUsd: 5 * USD, heldMicroUsd: 4 * USD, unknownMicroUsd: 1 * USD };
  expect(await read("key_3")).toMatchObject({ totalMicroUsd: 1 * USD, heldMicroUsd: 2 * USD });
  expect(await read("key_2")).toMatchObject({ ...child, dailyMicroUsd: 5 * USD, dailyHeldMicroUsd: 4 * USD });
  // What is set aside for the child is more than it holds: 20 USD, less the 5 that are spent.
  expect(await read("key_1")).toMatchObject({
    totalMicroUsd: 15 * USD,
    heldMicroUsd: 15 * USD,
    unknownMicroUsd: 1 * USD,
    dailyMicroUsd: 5 * USD,
    dailyHeldMicroUsd: 15 * USD,
  });
  expect((await store.getKey("acme", "key_3"))?.ancestors.map(({ spend }) => spend.totalMicroUsd)).toEqual([
    5 * USD,
    15 * USD,
  ]);
  expect((await store.findKey("hash_3"))?.frozen).toBe(false);
});

/** A ledger of schema 2 with a key, its child and its grandchild; each account has its own sums alone. */
function writeFamily(path: string): void {
  const database = new DatabaseSync(path);
  migrate(database, path, 2);
  const today = Math.floor(WRITTEN_AT / DAY_MS);
  // Of each: total, held, unknown, and what of it is of today.
  const sums = [
    [10, 0, 0, 0],
    [4, 2, 1, 4],
    [1, 2, 0, 1],
  ];
  for (const [index, [total = 0, held = 0, unknown = 0, spentToday = 0]] of sums.entries()) {
    const id = index + 1;
    const cap = id === 2 ? { totalCapMicroUsd: 20 * USD } : {};
    const policy = JSON.stringify({ ...cap, budgets: [], within: [["/v1/*"]], metadata: {} });
    database.exec(`
      INSERT INTO accounts (id, total, held, unknown) VALUES (${id}, ${total * USD}, ${held * USD}, ${unknown * USD});
      INSERT INTO account_days (account, day, spent, held)
        SELECT ${id}, ${today}, ${spentToday * USD}, ${held * USD} WHERE ${id} > 1;
      INSERT INTO keys (id, tenant, parent, token_hash, label, vendor, mode, policy, created_at, expires_at,
        max_expires_at, account)
      VALUES ('key_${id}', 'acme', ${id === 1 ? "NULL" : `'key_${index}'`}, 'hash_${id}', 'a', 'stripe', 'live',
        '${policy}', ${WRITTEN_AT}, ${WRITTEN_AT + DAY_MS}, ${WRITTEN_AT + DAY_MS}, ${id});`);
  }
  database.close();
}

it("goes on with what was under way and in doubt in a ledger of the first schema", async () => {
  const { store } = openSchema1();
  const abandoned = { ...(await store.listAudit("acme", {}, { limit: 1 })).items[0], id: "aud_4" };
  const shared = await store.reserve({
    attemptId: "try_4",
    keyId: "key_1",
    price: { kind: "amount", microUsd: 5 * USD },
    replayId: "the-same-call",
    giveUpAfterMs: DAY_MS,
    abandoned: abandoned as AuditDraft,
  });
  expect(shared).toMatchObject({ admitted: true, reservedMicroUsd: 5 * USD, remainingMicroUsd: 35 * USD });
  const draft = { ...abandoned, id: "aud_3" } as AuditDraft;
  await store.settle(
    "try_3",
    { kind: "effect", costMicroUsd: 5 * USD, objectId: "stripe:live::pi_2" },
    draft,
  );
  await store.settle("try_4", { kind: "replayed", costMicroUsd: 5 * USD }, abandoned as AuditDraft);
  await store.resettle("acme", "aud_2", 12 * USD, "reconciled");
  expect(await store.spendUnknown(WRITTEN_AT + DAY_MS)).toBe(0);
  await store.endOverdue();
  for (const row of [await store.getKey("acme", "key_1"), await store.getBudget("acme", "team")])
    expect(row?.spend).toMatchObject({ totalMicroUsd: 37 * USD, heldMicroUsd: 0, unknownMicroUsd: 0 });
  // What nobody has dated is as young as the migration.
  expect(await store.getExposure("acme", "stripe:live::pi_1")).toBe(20 * USD);
});
