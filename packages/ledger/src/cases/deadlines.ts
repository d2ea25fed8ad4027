import assert from "node:assert/strict";
import {
  charge,
  EFFECT,
  FREE,
  HOUR_MS,
  type LedgerCase,
  REFUSED,
  storeCase,
  UNKNOWN,
  usd,
} from "./store-bench.ts";

const replayId = "the-same-call";
const MINUTE_MS = 60_000;
const soon = { giveUpAfterMs: MINUTE_MS };

/** Tries whose process died before it could end them. */
export const deadlineCases: LedgerCase[] = [
  storeCase("ends a try that nobody ended as unknown, once, and never before its time", async (bench) => {
    const key = await bench.issue({ totalCapMicroUsd: usd(20) });
    await bench.reserve(key, charge(20), soon);
    bench.now += MINUTE_MS - 1;
    assert.equal(await bench.store.endOverdue(), 0);
    assert.deepEqual(await bench.sums(key), [0, usd(20), 0]);
    bench.now += 1;
    assert.equal(await bench.store.endOverdue(), 1);
    assert.equal(await bench.store.endOverdue(), 0);
    assert.deepEqual(await bench.sums(key), [0, usd(20), usd(20)]);
    assert.deepEqual(await bench.store.listInFlight(key.tenant, key.id), []);
  }),

  storeCase("enters a try that was given up, with how long it was waited for", async (bench) => {
    const key = await bench.issue();
    const attempt = await bench.reserve(key, charge(20), soon);
    bench.now += MINUTE_MS;
    await bench.store.endOverdue();
    const [entry, ...more] = await bench.audit();
    assert.deepEqual(more, []);
    assert.equal(entry?.requestId, attempt.id);
    assert.equal(entry?.outcome, "unknown");
    assert.equal(entry?.costMicroUsd, null);
    assert.equal(entry?.reservedMicroUsd, usd(20));
    assert.equal(entry?.durationMs, MINUTE_MS);
  }),

  storeCase("lets several ask at once, and ends each try for one of them", async (bench) => {
    const key = await bench.issue();
    for (let count = 0; count < 20; count++) await bench.reserve(key, charge(1), soon);
    bench.now += MINUTE_MS;
    const ended = await Promise.all(Array.from({ length: 5 }, () => bench.store.endOverdue()));
    assert.equal(
      ended.reduce((sum, count) => sum + count, 0),
      20,
    );
    assert.equal((await bench.audit()).length, 20);
    assert.deepEqual(await bench.sums(key), [0, usd(20), usd(20)]);
  }),

  storeCase("leaves alone what was ended in time", async (bench) => {
    const key = await bench.issue();
    await bench.settle(await bench.reserve(key, charge(20), soon), EFFECT);
    await bench.settle(await bench.reserve(key, charge(5), soon), REFUSED);
    bench.now += MINUTE_MS;
    assert.equal(await bench.store.endOverdue(), 0);
    assert.deepEqual(await bench.sums(key), [usd(20), 0, 0]);
  }),

  storeCase("takes the true end of a try that was given up, in the same entry", async (bench) => {
    const key = await bench.issue();
    const slow = await bench.reserve(key, charge(20), soon);
    bench.now += MINUTE_MS;
    await bench.store.endOverdue();
    const settlement = await bench.settle(slow, { kind: "effect", costMicroUsd: usd(15) });
    assert.equal(settlement.outcome, "settled");
    assert.deepEqual(await bench.settle(slow, UNKNOWN), settlement);
    assert.deepEqual(await bench.sums(key), [usd(15), 0, 0]);
    const entries = await bench.audit();
    assert.deepEqual(
      entries.map(({ requestId, outcome, costMicroUsd }) => ({ requestId, outcome, costMicroUsd })),
      [{ requestId: slow.id, outcome: "settled", costMicroUsd: usd(15) }],
    );
  }),

  storeCase("takes the true end of a try that was given up hours ago", async (bench) => {
    const key = await bench.issue();
    const slow = await bench.reserve(key, charge(20), soon);
    bench.now += MINUTE_MS;
    await bench.store.endOverdue();
    bench.now += 20 * HOUR_MS;
    await bench.settle(await bench.reserve(key, charge(1)), REFUSED);
    await bench.store.endOverdue();
    await bench.settle(slow, EFFECT);
    assert.deepEqual(await bench.sums(key), [usd(20), 0, 0]);
  }),

  storeCase("lets a decision on a try that was given up stand, whatever comes after it", async (bench) => {
    const key = await bench.issue();
    const slow = await bench.reserve(key, charge(20), soon);
    bench.now += MINUTE_MS;
    await bench.store.endOverdue();
    await bench.store.resettle("acme", `aud_${slow.id}`, usd(12), "reconciled");
    await bench.settle(slow, EFFECT);
    assert.deepEqual(await bench.sums(key), [usd(12), 0, 0]);
  }),

  storeCase("gives up one try of a call while another may still settle it", async (bench) => {
    const key = await bench.issue({ totalCapMicroUsd: usd(20) });
    await bench.reserve(key, charge(20), { ...soon, replayId });
    bench.now += MINUTE_MS / 2;
    const retry = await bench.reserve(key, charge(20), { ...soon, replayId });
    bench.now += MINUTE_MS / 2;
    assert.equal(await bench.store.endOverdue(), 1);
    assert.deepEqual(await bench.sums(key), [0, usd(20), usd(20)]);
    await bench.settle(retry, EFFECT);
    assert.deepEqual(await bench.sums(key), [usd(20), 0, 0]);
  }),

  storeCase("gives up a call that moves no money without a trace in the sums", async (bench) => {
    const key = await bench.issue();
    await bench.reserve(key, FREE, soon);
    bench.now += MINUTE_MS;
    assert.equal(await bench.store.endOverdue(), 1);
    assert.deepEqual(await bench.sums(key), [0, 0, 0]);
    assert.equal((await bench.audit())[0]?.outcome, "none");
  }),
];
