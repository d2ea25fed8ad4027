import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { countCodeLines } from "./count-code-lines.ts";
import { type AdapterStats, listFaults } from "./measure-adapters.ts";

const SOURCE = `// a comment
/**
 * A docstring, with \`code\` in it.
 */
export const text = \`one
  two // not a comment
\`;

/* another */ export const pattern = /\\/\\/x/;
export type Sum = number;
export function add(a: number, b: number): number {
  return a + b; // why
}
`;

it("counts lines of code that run, and neither comments nor types", () => {
  expect(countCodeLines(SOURCE)).toEqual({ all: 8, running: 7 });
});

describe("an adapter is at fault", () => {
  const sound: AdapterStats = {
    name: "x",
    lines: { all: 90, running: 60 },
    mostRunning: 60,
    files: [],
    strayImports: [],
  };

  it.each<[string, Partial<AdapterStats>, number]>([
    ["not at its limit", {}, 0],
    ["above its limit", { lines: { all: 90, running: 61 } }, 1],
    ["not without a limit", { lines: { all: 500, running: 400 }, mostRunning: null }, 0],
    [
      "with an import around a door",
      { strayImports: [{ file: "a.ts", specifier: "@keybrake/core/src" }] },
      1,
    ],
  ])("%s", (_, change, faults) => {
    expect(listFaults({ ...sound, ...change })).toHaveLength(faults);
  });
});

it("no adapter is too large, and none goes around a public door", () => {
  const { status, stdout } = spawnSync(process.execPath, ["stats/stats.ts", "--json"], {
    cwd: new URL("..", import.meta.url),
    encoding: "utf8",
  });
  const { adapters, faults } = JSON.parse(stdout) as { adapters: AdapterStats[]; faults: string[] };
  expect(faults).toEqual([]);
  expect(adapters.map(({ name }) => name)).toEqual([
    "express",
    "web",
    "next",
    "ai",
    "nestjs",
    "bullmq",
    "deno",
  ]);
  expect(adapters.every(({ lines }) => lines.running > 0)).toBe(true);
  expect(status).toBe(0);
});
