import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it, onTestFinished } from "vitest";
import { makeFolder } from "../../test-support/sqlite-stores.ts";
import { WRITTEN_AT, writeSchema1 } from "../../test-support/write-schema-1.ts";
import type { AuditDraft, Ledger } from "../ledger.ts";
import { createSqliteLedger } from "./create-sqlite-ledger.ts";
import { SCHEMA_VERSION } from "./migrate.ts";

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
