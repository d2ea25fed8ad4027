import assert from "node:assert/strict";
import fc from "fast-check";
import { expect, inject, it } from "vitest";
import { createMemoryStore } from "../stores/memory.ts";
import type { KeyState, Store } from "../stores/store.ts";
import type { CreateStore } from "../stores/store-cases.ts";
import { createRedisStores } from "../testing/redis-stores.ts";
import { GATE_SEED } from "./gate-seed.ts";
import { playHistory } from "./play-history.ts";
import { historyOf } from "./store-steps.ts";

it("executed ≤ spent + held ≤ cap: the ledger in Redis, which answers all that the one in memory answers", async () => {
  const createStore = createTwins(createRedisStores({ url: inject("redisUrl") }));
  let steps = 0;
  await fc.assert(
    fc.asyncProperty(historyOf(100), async (history) => {
      steps += await playHistory(history, createStore);
    }),
    { seed: GATE_SEED, numRuns: 15, endOnFailure: false },
  );
  expect(steps).toBeGreaterThan(300);
});

/** Two ledgers at once: two writings of the same rules must never differ by a micro-dollar. */
function createTwins(createStore: CreateStore): CreateStore {
  const halves = new WeakMap<Store, [store: Store, reference: Store]>();

  function pair(store: Store, reference: Store): Store {
    const twin = createTwin(store, reference);
    halves.set(twin, [store, reference]);
    return twin;
  }

  return Object.assign(
    async (clock: () => number) => pair(await createStore(clock), createMemoryStore(clock)),
    {
      async reopen(twin: Store) {
        const [store, reference] = halves.get(twin) ?? assert.fail("not a twin");
        return pair((await createStore.reopen?.(store)) ?? assert.fail("not to be reopened"), reference);
      },
    },
  );
}

function createTwin(store: Store, reference: Store): Store {
  let latest = 0;
  return new Proxy(store, {
    get(target, name) {
      const [ask, askReference] = [target, reference].map((one) => Reflect.get(one, name));
      if (name === "now" || typeof ask !== "function") return ask;
      return async (...args: unknown[]) => {
        // Redis forgets what can't be set aside any more, and the law looks back at the day before.
        const looksBack = reference.now() < latest;
        latest = Math.max(latest, reference.now());
        const [answer, expected] = await Promise.all([ask(...args), askReference(...args)]);
        if (looksBack) return answer;
        assert.deepEqual(toComparable(answer), toComparable(expected), String(name));
        return answer;
      };
    },
  });
}

/** Memory gives more of a key than it promises; the order of a family is nobody's promise. */
function toComparable(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.toSorted();
  if (typeof answer !== "object" || answer === null || !("ancestors" in answer)) return answer;
  const { record, spend, calls, budgets, ancestors } = answer as KeyState;
  const above = ancestors.map((ancestor) => ({ id: ancestor.record.id, calls: ancestor.calls }));
  return { record, spend, calls, budgets, above };
}
