import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import type { Results } from "./report.ts";

const BENCH = fileURLToPath(new URL("bench.ts", import.meta.url));
const SHORT = ["--rounds", "1", "--seconds", "0.1", "--connections", "4"];

function bench(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [BENCH, ...args]);
}

it("measures the built proxy beside the bare pass-through, and writes what it found", async () => {
  const directory = await mkdtemp(join(tmpdir(), "keybrake-bench-test-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const out = join(directory, "RESULTS.md");
  const { stdout } = await bench("--scenarios", "memory,refused-403", ...SHORT, "--json", "--out", out);

  const { scenarios, versions } = JSON.parse(stdout) as Results;
  expect(versions).toMatchObject({ node: process.versions.node, keybrake: expect.stringMatching(/^\d/) });
  expect(scenarios.map(({ name }) => name)).toEqual(["memory", "refused-403"]);
  const positive = expect.toSatisfy((value: number) => Number.isFinite(value) && value > 0);
  for (const { figures, rounds } of scenarios) {
    for (const { values } of figures) expect(values).toHaveLength(1);
    for (const side of ["baseline", "subject"] as const) {
      expect(rounds?.[0]?.[side]).toMatchObject({
        perSecond: positive,
        p50: positive,
        residentBytes: positive,
      });
    }
  }

  const markdown = await readFile(out, "utf8");
  expect(markdown).toContain("| CPU, memory | ≤ 1.80 × | ≤ 1.25 × |");
  expect(markdown).toContain("| refused-403, baseline |");
});

it("lists its scenarios, and names them when there is no such", async () => {
  const { stdout } = await bench("--help");
  expect(stdout).toContain("memory, sqlite-normal, sqlite-full, redis");
  await expect(bench("--scenarios", "memory,absent")).rejects.toThrow(/there is no absent\. Known: memory, /);
});
