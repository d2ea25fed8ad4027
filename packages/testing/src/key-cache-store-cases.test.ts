import { createMemoryKeyCacheStore, type KeyCacheStore } from "@keybrake/core";
import { describe, expect, it } from "vitest";
import { keyCacheStoreCases } from "./key-cache-store-cases.ts";

describe("the memory store", () => {
  it.each(keyCacheStoreCases)("$name", ({ run }) => run(createMemoryKeyCacheStore()));
});

describe("a store that is wrong", () => {
  const wrongs: [string, (right: KeyCacheStore) => Partial<KeyCacheStore>][] = [
    ["forgets", () => ({ get: async () => undefined })],
    [
      "mixes names up",
      ({ get, replace }) => ({ get: () => get("x"), replace: (_, ...rest) => replace("x", ...rest) }),
    ],
    [
      "sets whatever was expected",
      ({ get, replace }) => ({
        async replace(name, _expected, value, ttlMs) {
          return replace(name, await get(name), value, ttlMs);
        },
      }),
    ],
    ["says that it did", ({ replace }) => ({ replace: (...all) => replace(...all).then(() => true) })],
    [
      "removes nothing",
      ({ replace }) => ({ replace: (name, old, value = "", ttlMs) => replace(name, old, value, ttlMs) }),
    ],
    ["cuts values off", ({ get }) => ({ get: async (name) => (await get(name))?.slice(0, 100) })],
    [
      "reads, then writes",
      ({ get, replace }) => ({
        async replace(name, expected, value, ttlMs) {
          if ((await get(name)) !== expected) return false;
          while (!(await replace(name, await get(name), value, ttlMs)));
          return true;
        },
      }),
    ],
  ];

  it.each(wrongs)("is found out: %s", async (_name, toWrong) => {
    const verdicts = await Promise.all(
      keyCacheStoreCases.map(({ run }) => {
        const right = createMemoryKeyCacheStore();
        return run({ ...right, ...toWrong(right) }).then(
          () => "passed",
          () => "failed",
        );
      }),
    );
    expect(verdicts).toContain("failed");
  });
});
