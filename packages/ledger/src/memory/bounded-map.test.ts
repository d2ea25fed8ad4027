import { expect, it } from "vitest";
import { BoundedMap } from "./bounded-map.ts";

it("keeps the newest entries, and no more than twice as many as it must", () => {
  const map = new BoundedMap<number>(100);
  for (let count = 0; count < 1_000; count++) map.set(`name ${count}`, count);
  const kept = Array.from({ length: 1_000 }, (_, count) => map.get(`name ${count}`)).filter(
    (value) => value !== undefined,
  );
  expect(kept.slice(-100)).toEqual(Array.from({ length: 100 }, (_, count) => 900 + count));
  expect(kept.length).toBeLessThanOrEqual(200);
});

it("keeps what is set again", () => {
  const map = new BoundedMap<number>(10);
  for (let count = 0; count < 100; count++) {
    map.set("again", count);
    map.set(`name ${count}`, count);
  }
  expect(map.get("again")).toBe(99);
});
