import assert from "node:assert/strict";
import type { CreateLedger } from "../cases.ts";
import type { KeyState, Ledger } from "../ledger.ts";
import { createMemoryLedger } from "../memory/create-memory-ledger.ts";

/**
 * Stores that ask the one in memory, too, and fail where an answer differs. That one never dies.
 *
 * @param options.looksBack whether to compare what is asked while the clock stands at an earlier time. Default true
 */
export function createTwins(createStore: CreateLedger, { looksBack = true } = {}): CreateLedger {
  const halves = new WeakMap<Ledger, [store: Ledger, reference: Ledger]>();

  function pair(store: Ledger, reference: Ledger): Ledger {
    const twin = createTwin(store, reference, looksBack);
    halves.set(twin, [store, reference]);
    return twin;
  }

  const create = async (clock: () => number): Promise<Ledger> =>
    pair(await createStore(clock), createMemoryLedger(clock));
  return Object.assign(create, {
    async reopen(twin: Ledger): Promise<Ledger> {
      const [store, reference] = halves.get(twin) ?? assert.fail("not a twin");
      return pair((await createStore.reopen?.(store)) ?? assert.fail("not to be reopened"), reference);
    },
  });
}

function createTwin(store: Ledger, reference: Ledger, looksBack: boolean): Ledger {
  let latest = 0;
  return new Proxy(store, {
    get(target, name) {
      const [ask, askReference] = [target, reference].map((one) => Reflect.get(one, name));
      if (name === "now" || typeof ask !== "function") return ask;
      return async (...args: unknown[]) => {
        const isEarlier = reference.now() < latest;
        latest = Math.max(latest, reference.now());
        const [answer, expected] = await Promise.all([ask(...args), askReference(...args)]);
        if (isEarlier && !looksBack) return answer;
        assert.deepEqual(toComparable(answer), toComparable(expected), String(name));
        return answer;
      };
    },
  });
}

/** The order of a family, and the last calls of its members, are nobody's promise. */
function toComparable(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.toSorted();
  if (typeof answer !== "object" || answer === null || !("ancestors" in answer)) return answer;
  const { record, spend, calls, budgets, ancestors, frozenBy } = answer as KeyState;
  const above = ancestors.map((ancestor) => ({
    id: ancestor.record.id,
    calls: ancestor.calls,
    spend: ancestor.spend,
  }));
  return { record, spend, calls, budgets, above, frozenBy };
}
