import { expect, it } from "vitest";
import { createEntryBlocks } from "./entry-blocks.ts";

it("reads each text back by its position, whatever its letters and its size", () => {
  const blocks = createEntryBlocks();
  const texts = ["", "plain", "Zoë 東京 🦊", "x".repeat(3_000_000), "after"];
  expect(texts.map((text) => blocks.append(text))).toEqual([0, 1, 2, 3, 4]);
  expect(texts.map((_, position) => blocks.read(position))).toEqual(texts);
  expect([blocks.read(5), blocks.first(), blocks.next()]).toEqual([undefined, 0, 5]);
});

it("forgets the oldest entries beyond its size", () => {
  const blocks = createEntryBlocks();
  const megabyte = "x".repeat(1 << 20);
  for (let count = 0; count < 130; count++) blocks.append(megabyte);
  expect(blocks.first()).toBe(2);
  expect([blocks.read(1), blocks.read(2)?.length]).toEqual([undefined, megabyte.length]);
});
