import assert from "node:assert/strict";
import type { Outcome } from "../ledger.ts";
import {
  charge,
  EFFECT,
  HOUR_MS,
  type LedgerCase,
  refusal,
  reserved,
  storeCase,
  UNKNOWN,
  usd,
} from "./store-bench.ts";

const replayId = "the-same-call";
const OBJECT = { objectId: "stripe:live::pi_1" };
const exposed = (amount: number): Outcome => ({ kind: "effect", costMicroUsd: usd(amount), ...OBJECT });

/** What the histories of the cap law have found: executed ≤ spent + held ≤ cap, but for what is noted as overage. */
export const lawCases: LedgerCase[] = [
  storeCase("notes a second charge that nothing was reserved for as overage", async (bench) => {
    const key = await bench.issue({ totalCapMicroUsd: usd(20) });
    await bench.settle(await bench.reserve(key, charge(20), { replayId }), EFFECT);
    const again = await bench.settle(await bench.reserve(key, charge(20), { replayId }), EFFECT);
    assert.ok(again.notes.includes("overage"));
  }),

  storeCase("lets a vendor that did a call twice do it no third time without room", async (bench) => {
    const key = await bench.issue({ totalCapMicroUsd: usd(20) });
    for (let round = 0; round < 2; round++)
      await bench.settle(await bench.reserve(key, charge(20), { replayId }), EFFECT);
    assert.equal(refusal(await bench.reserve(key, charge(20), { replayId })).limit, "key:total");
  }),

  storeCase("shares with a retry only what is enough for what the object has grown to", async (bench) => {
    const key = await bench.issue({ totalCapMicroUsd: usd(60) });
    await bench.settle(await bench.reserve(key, charge(20), { ...OBJECT, replayId }), UNKNOWN);
    assert.equal(refusal(await bench.reserve(key, charge(50), { ...OBJECT, replayId })).limit, "key:total");
    assert.equal(reserved(await bench.reserve(key, charge(40), { ...OBJECT, replayId })), usd(40));
  }),

  storeCase(
    "finds room for what an object has grown to since a doubtful call was taken for spent",
    async (bench) => {
      const key = await bench.issue({ totalCapMicroUsd: usd(60) });
      await bench.settle(await bench.reserve(key, charge(20), { ...OBJECT, replayId }), UNKNOWN);
      bench.now += HOUR_MS;
      assert.equal(await bench.store.spendUnknown(bench.now), 1);
      assert.equal(refusal(await bench.reserve(key, charge(50), { ...OBJECT, replayId })).limit, "key:total");
      const grown = await bench.reserve(key, charge(40), { ...OBJECT, replayId });
      assert.equal(reserved(grown), usd(40));
      await bench.settle(grown, UNKNOWN);
      assert.deepEqual(await bench.sums(key), [usd(20), usd(40), usd(40)]);
    },
  ),

  storeCase("reserves anew for a retry of what was reconciled as never done", async (bench) => {
    const key = await bench.issue({ totalCapMicroUsd: usd(20) });
    const first = await bench.reserve(key, charge(20), { replayId });
    await bench.settle(first, UNKNOWN);
    await bench.store.resettle("acme", `aud_${first.id}`, 0, "reconciled");
    await bench.settle(await bench.reserve(key, charge(20), { replayId }), UNKNOWN);
    assert.deepEqual(await bench.sums(key), [0, usd(20), usd(20)]);
  }),

  storeCase("reserves anew for a retry of what was counted and then corrected to nothing", async (bench) => {
    const key = await bench.issue({ totalCapMicroUsd: usd(20) });
    const first = await bench.reserve(key, charge(20), { replayId });
    await bench.settle(first, { kind: "replayed", costMicroUsd: null });
    await bench.store.resettle("acme", `aud_${first.id}`, 0, "reconciled");
    await bench.settle(await bench.reserve(key, charge(20), { replayId }), UNKNOWN);
    assert.deepEqual(await bench.sums(key), [0, usd(20), usd(20)]);
  }),

  storeCase("reconciles nothing while another try of the same call is still out", async (bench) => {
    const key = await bench.issue({ totalCapMicroUsd: usd(20) });
    const first = await bench.reserve(key, charge(20), { replayId });
    const second = await bench.reserve(key, charge(20), { replayId });
    await bench.settle(first, UNKNOWN);
    assert.equal(await bench.store.resettle("acme", `aud_${first.id}`, 0, "reconciled"), undefined);
    await bench.settle(second, UNKNOWN);
    assert.deepEqual(await bench.sums(key), [0, usd(20), usd(20)]);
  }),

  storeCase("corrects the one of two charges that is reconciled, and leaves the other", async (bench) => {
    const key = await bench.issue({});
    const first = await bench.reserve(key, charge(20), { replayId });
    await bench.settle(first, EFFECT);
    await bench.settle(await bench.reserve(key, charge(20), { replayId }), EFFECT);
    await bench.store.resettle("acme", `aud_${first.id}`, usd(15), "reconciled");
    assert.deepEqual(await bench.sums(key), [usd(35), 0, 0]);
  }),

  storeCase("notes a correction above what was reserved as overage", async (bench) => {
    const key = await bench.issue({ totalCapMicroUsd: usd(20) });
    const sent = await bench.reserve(key, charge(20));
    await bench.settle(sent, UNKNOWN);
    const record = await bench.store.resettle("acme", `aud_${sent.id}`, usd(25), "reconciled");
    assert.deepEqual(record?.notes, ["overage", "reconciled"]);
  }),

  storeCase("notes as overage what two entries of one call are reconciled to beyond it", async (bench) => {
    const key = await bench.issue({ totalCapMicroUsd: usd(20) });
    const first = await bench.reserve(key, charge(20), { replayId });
    await bench.settle(first, UNKNOWN);
    const second = await bench.reserve(key, charge(20), { replayId });
    await bench.settle(second, EFFECT);
    const record = await bench.store.resettle("acme", `aud_${first.id}`, usd(20), "reconciled");
    assert.deepEqual(record?.notes, ["overage", "reconciled"]);
  }),

  storeCase("shares nothing with what the vendor had done under an older reservation", async (bench) => {
    const key = await bench.issue({});
    const told: Outcome = { kind: "replayed", costMicroUsd: usd(20), ...OBJECT };
    await bench.settle(await bench.reserve(key, charge(20), { replayId }), exposed(20));
    bench.now += 23 * HOUR_MS;
    await bench.settle(await bench.reserve(key, charge(20), { replayId }), told);
    bench.now += HOUR_MS;
    await bench.settle(await bench.reserve(key, charge(20), { replayId }), UNKNOWN);
    assert.deepEqual(await bench.sums(key), [usd(20), usd(20), usd(20)]);
  }),

  storeCase("keeps a hold whatever is told of an older reservation's work", async (bench) => {
    const key = await bench.issue({});
    await bench.settle(await bench.reserve(key, charge(20), { replayId }), exposed(20));
    bench.now += 24 * HOUR_MS;
    const early = await bench.reserve(key, charge(20), { replayId });
    await bench.settle(await bench.reserve(key, charge(20), { replayId }), UNKNOWN);
    await bench.settle(early, { kind: "replayed", costMicroUsd: usd(20), ...OBJECT });
    assert.deepEqual(await bench.sums(key), [usd(20), usd(20), usd(20)]);
  }),

  storeCase("takes an object for no less after an older answer, or one that nobody saw", async (bench) => {
    const key = await bench.issue({});
    const other = await bench.issue({});
    await bench.settle(await bench.reserve(key, charge(20), { replayId }), exposed(20));
    await bench.settle(await bench.reserve(key, charge(50), OBJECT), exposed(50));
    const old: Outcome = { kind: "replayed", costMicroUsd: usd(20), ...OBJECT };
    await bench.settle(await bench.reserve(other, charge(20), { replayId: "another" }), old);
    assert.equal(await bench.store.getExposure("acme", OBJECT.objectId), usd(50));
    await bench.settle(await bench.reserve(key, charge(80), OBJECT), UNKNOWN);
    assert.equal(await bench.store.getExposure("acme", OBJECT.objectId), usd(80));
  }),

  storeCase("knows nothing of an object by a doubtful call alone, so that it is looked up", async (bench) => {
    const key = await bench.issue({});
    await bench.settle(await bench.reserve(key, charge(1), OBJECT), UNKNOWN);
    assert.equal(await bench.store.getExposure("acme", OBJECT.objectId), undefined);
    await bench.settle(await bench.reserve(key, charge(20), OBJECT), UNKNOWN);
    await bench.settle(await bench.reserve(key, charge(10)), exposed(10));
    assert.equal(await bench.store.getExposure("acme", OBJECT.objectId), usd(20));
  }),

  storeCase(
    "makes a key find room for an object that only a key carved from it has counted",
    async (bench) => {
      const parent = await bench.issue({ totalCapMicroUsd: usd(20) });
      const child = await bench.issue({ totalCapMicroUsd: usd(20) }, { parentId: parent.id });
      await bench.settle(await bench.reserve(child, charge(20)), exposed(20));
      await bench.store.revokeKeys("acme", { id: child.id });
      assert.equal(refusal(await bench.reserve(parent, charge(20), OBJECT)).limit, "key:total");
    },
  ),
];
