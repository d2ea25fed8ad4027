/**
 * What every store of a key cache must do, as data: run it under any test runner, in any runtime.
 *
 * @example
 * it.each(keyCacheStoreCases)("$name", ({ run }) => run(createMemoryKeyCacheStore()));
 *
 * @module
 */
import assert from "node:assert/strict";
import type { KeyCacheStore } from "@keybrake/core";

/** One thing that a store must do. */
export interface KeyCacheStoreCase {
  name: string;
  /** Rejects where the store fails. The store may hold other things: a case uses names of its own. */
  run(store: KeyCacheStore): Promise<void>;
}

const MINUTE_MS = 60_000;
const RIVALS = 50;

const newName = (): string => crypto.randomUUID().replaceAll("-", "");

/** The specification of a store. That it forgets after `ttlMs` is the store's own to test. */
export const keyCacheStoreCases: readonly KeyCacheStoreCase[] = [
  {
    name: "has nothing under a name that was never set",
    async run(store) {
      assert.equal(await store.get(newName()), undefined);
    },
  },
  {
    name: "gives back what was set, character by character",
    async run(store) {
      for (const value of ["a", "0".repeat(20_000), "0123456789abcdef"]) {
        const name = newName();
        assert.equal(await store.replace(name, undefined, value, MINUTE_MS), true);
        assert.equal(await store.get(name), value);
      }
    },
  },
  {
    name: "keeps names apart",
    async run(store) {
      const [one, other] = [newName(), newName()];
      await store.replace(one, undefined, "one", MINUTE_MS);
      assert.equal(await store.get(other), undefined);
      await store.replace(other, undefined, "other", MINUTE_MS);
      assert.equal(await store.get(one), "one");
    },
  },
  {
    name: "replaces only what is expected",
    async run(store) {
      const name = newName();
      assert.equal(await store.replace(name, "a", "b", MINUTE_MS), false);
      assert.equal(await store.get(name), undefined);
      assert.equal(await store.replace(name, undefined, "a", MINUTE_MS), true);
      assert.equal(await store.replace(name, undefined, "b", MINUTE_MS), false);
      assert.equal(await store.replace(name, "b", "c", MINUTE_MS), false);
      assert.equal(await store.get(name), "a");
      assert.equal(await store.replace(name, "a", "b", MINUTE_MS), true);
      assert.equal(await store.get(name), "b");
    },
  },
  {
    name: "removes only what is expected, and can set it again",
    async run(store) {
      const name = newName();
      await store.replace(name, undefined, "a", MINUTE_MS);
      assert.equal(await store.replace(name, "b", undefined, 1), false);
      assert.equal(await store.replace(name, undefined, undefined, 1), false);
      assert.equal(await store.get(name), "a");
      assert.equal(await store.replace(name, "a", undefined, 1), true);
      assert.equal(await store.get(name), undefined);
      assert.equal(await store.replace(name, undefined, undefined, 1), true);
      assert.equal(await store.replace(name, undefined, "c", MINUTE_MS), true);
      assert.equal(await store.get(name), "c");
    },
  },
  {
    name: "lets one of many rivals set a new name",
    async run(store) {
      const name = newName();
      const won = await Promise.all(
        Array.from({ length: RIVALS }, (_, rival) => store.replace(name, undefined, `${rival}`, MINUTE_MS)),
      );
      assert.deepEqual(won.filter(Boolean), [true]);
      assert.equal(await store.get(name), `${won.indexOf(true)}`);
    },
  },
  {
    name: "loses no change of rivals who each count on",
    async run(store) {
      const name = newName();
      const count = async (): Promise<void> => {
        for (let attempt = 0; attempt < 1000; attempt++) {
          const present = await store.get(name);
          if (await store.replace(name, present, `${Number(present ?? 0) + 1}`, MINUTE_MS)) return;
        }
        assert.fail("nobody can change the value");
      };
      await Promise.all(Array.from({ length: 10 }, count));
      assert.equal(await store.get(name), "10");
    },
  },
];
