import fc from "fast-check";
import { expect, it } from "vitest";
import { createPositionIndex } from "./position-index.ts";

it("finds the newest position of each name, as a map does", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 3 }), { maxLength: 3_000 }), (names) => {
      const index = createPositionIndex((position) => names[position]);
      const expected = new Map<string, number>();
      for (const [position, name] of names.entries()) {
        index.add(name, position);
        expected.set(name, position);
      }
      for (const name of [...names, "not there"]) expect(index.find(name)).toBe(expected.get(name));
    }),
    { numRuns: 30 },
  );
});

it("finds nothing of an entry that is no longer kept", () => {
  const kept = ["a", undefined];
  const index = createPositionIndex((position) => kept[position]);
  index.add("a", 0);
  index.add("b", 1);
  expect([index.find("a"), index.find("b")]).toEqual([0, undefined]);
});
