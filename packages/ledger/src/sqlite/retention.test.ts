import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { makeFolder } from "../../test-support/sqlite-stores.ts";
import {
  charge,
  DAY_MS,
  EFFECT,
  FREE,
  HOUR_MS,
  type LedgerBench,
  REFUSED,
  storeCase,
  UNKNOWN,
  usd,
} from "../cases/store-bench.ts";
import { createSqliteLedger } from "./create-sqlite-ledger.ts";

const KEPT_MS = 30 * DAY_MS;

/** A test on a ledger that keeps what is over for thirty days. */
function onRetention(play: (bench: LedgerBench, count: (table: string) => number) => Promise<void>) {
  return async (): Promise<void> => {
    const path = join(makeFolder(), "x.db");
    const count = (table: string): number => {
      const database = new DatabaseSync(path, { readOnly: true });
      const row = database.prepare(`SELECT count(*) AS count FROM ${table}`).get();
      database.close();
      return Number(row?.count);
    };
    await storeCase("retention", (bench) => play(bench, count)).run((clock) =>
      createSqliteLedger({ path, clock, retentionMs: KEPT_MS }),
    );
  };
}

it(
  "drops entries and ended keys when they are old, and keeps what budgets have spent",
  onRetention(async (bench, count) => {
    const life = { expiresAt: bench.now + HOUR_MS };
    const parent = await bench.issue({ budgets: ["team"], totalCapMicroUsd: usd(100) }, life);
    const child = await bench.issue({ budgets: ["team"] }, { ...life, parentId: parent.id });
    const told = { kind: "effect", costMicroUsd: usd(20), objectId: "stripe:live::pi_1" } as const;
    await bench.settle(await bench.reserve(parent, charge(20), { replayId: "r" }), told);
    await bench.settle(await bench.reserve(child, charge(5)), EFFECT);
    await bench.settle(await bench.reserve(child, charge(5)), REFUSED);
    await bench.settle(await bench.reserve(child, FREE), EFFECT);
    bench.now += KEPT_MS;
    await bench.store.endOverdue();
    expect((await bench.audit()).length).toBe(4);
    bench.now += DAY_MS;
    const late = await bench.issue({ budgets: ["team"] });
    await bench.settle(await bench.reserve(late, charge(1)), EFFECT);
    for (let sweep = 0; sweep < 2; sweep++) await bench.store.endOverdue();
    expect((await bench.audit()).map(({ keyId }) => keyId)).toEqual([late.id]);
    expect(await bench.store.getKey("acme", parent.id)).toBeUndefined();
    expect(await bench.store.getKey("acme", child.id)).toBeUndefined();
    expect(await bench.store.findKey(parent.tokenHash)).toBeUndefined();
    expect((await bench.store.getBudget("acme", "team"))?.spend.totalMicroUsd).toBe(usd(26));
    expect([count("reservations"), count("vendor_objects"), count("accounts"), count("replays")]).toEqual([
      1, 0, 2, 0,
    ]);
  }),
);

it(
  "drops nothing that something is held for, however old",
  onRetention(async (bench) => {
    const key = await bench.issue({}, { expiresAt: bench.now + HOUR_MS });
    const doubtful = await bench.reserve(key, charge(20));
    await bench.settle(doubtful, UNKNOWN);
    const lost = await bench.reserve(key, charge(5), { giveUpAfterMs: HOUR_MS });
    bench.now += KEPT_MS + DAY_MS;
    for (let sweep = 0; sweep < 3; sweep++) await bench.store.endOverdue();
    expect(await bench.sums(key)).toEqual([0, usd(25), usd(25)]);
    expect((await bench.audit()).map(({ requestId }) => requestId).sort()).toEqual(
      [doubtful.id, lost.id].sort(),
    );
    await bench.store.spendUnknown(bench.now);
    for (let sweep = 0; sweep < 3; sweep++) await bench.store.endOverdue();
    expect(await bench.audit()).toEqual([]);
    expect(await bench.store.getKey("acme", key.id)).toBeUndefined();
  }),
);

it(
  "keeps a family of keys while one of them is in use",
  onRetention(async (bench) => {
    const parent = await bench.issue({}, { expiresAt: bench.now + HOUR_MS });
    await bench.issue({}, { expiresAt: bench.now + KEPT_MS, parentId: parent.id });
    bench.now += KEPT_MS + DAY_MS;
    await bench.store.endOverdue();
    expect(await bench.store.getKey("acme", parent.id)).toBeDefined();
    bench.now += KEPT_MS;
    await bench.store.endOverdue();
    expect(await bench.store.listKeys("acme", {}, { limit: 10 })).toEqual({ items: [], hasMore: false });
  }),
);

it(
  "drops much a batch at a time",
  onRetention(async (bench, count) => {
    const key = await bench.issue({});
    const [attempt] = [await bench.reserve(key, FREE)];
    await bench.settle(attempt, EFFECT);
    const [entry] = await bench.audit();
    await Promise.all(
      Array.from({ length: 1200 }, (_, index) =>
        bench.store.appendAudit({ ...(entry ?? expect.fail()), id: `aud_many_${index}` }),
      ),
    );
    bench.now += KEPT_MS + DAY_MS;
    await bench.store.endOverdue();
    expect(count("audit")).toBeGreaterThan(0);
    for (let sweep = 0; sweep < 5; sweep++) await bench.store.endOverdue();
    expect(count("audit")).toBe(0);
  }),
);
