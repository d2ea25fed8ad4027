import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const DEMO = fileURLToPath(new URL("./demo.ts", import.meta.url));

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the demo as a user does, as a process of its own. */
function runDemo(args: string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const { STRIPE_SECRET_KEY: _, ...env } = process.env;
  const child = spawn(process.execPath, [DEMO, ...args], { env: { ...env, NO_COLOR: "1", ...environment } });
  const ended: Ended = { code: null, stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => {
    ended.stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    ended.stderr += chunk;
  });
  return new Promise((resolve) => child.once("close", (code) => resolve({ ...ended, code })));
}

describe("npm run demo", () => {
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "keybrake-demo-"));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it("lets exactly the cap through, by the vendor's own books, and leaves the other user alone", async () => {
    const { code, stdout } = await runDemo(["--json"]);
    const { passed, checks, first, second } = JSON.parse(stdout);
    expect(checks.filter(({ held }: { held: boolean }) => !held)).toEqual([]);
    expect({ passed, code }).toEqual({ passed: true, code: 0 });
    expect(first.runaway).toMatchObject({
      tally: { tried: 5_000, charged: 25, refused: 4_975, failed: 0 },
      vendor: { charged: 25, cents: 50_000 },
      audit: { entries: 5_000, allowed: 25, refused: 4_975, cents: 50_000 },
    });
    expect(first.neighbour).toMatchObject({ tally: { tried: 50, charged: 50 }, vendor: { cents: 5_000 } });
    expect(second.report.tally.tried).toBe(1_000);
    expect(second.report.tally.refused).toBeGreaterThan(0);
  });

  it("takes another customer file, and prints a table for a person", async () => {
    const file = join(directory, "three.csv");
    await writeFile(file, "customer,amount_cents\na,30000\nb,30000\nc,20000\n");
    const { code, stdout } = await runDemo(["--customers", file]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/dollars at the vendor\s*│\s*\$500\.00 │/);
    expect(stdout).toContain("✔ the vendor never charged more than the cap of $500");
  });

  it.each([
    ["a customer file that is not there", ["--customers", "/nonexistent.csv"], {}, /can't be read/],
    ["--real without a key", ["--real"], {}, /needs STRIPE_SECRET_KEY to be a test key/],
    ["--real with a live key", ["--real"], { STRIPE_SECRET_KEY: "sk_live_abc" }, /a live key is never used/],
  ])("says in one sentence what is wrong: %s", async (_name, args, environment, message) => {
    const { code, stderr } = await runDemo(args, environment);
    expect(code).toBe(1);
    expect(stderr.trim()).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).not.toContain("sk_live_abc");
  });

  it("names the line of a customer file that can't be charged", async () => {
    const file = join(directory, "broken.csv");
    await writeFile(file, "customer,amount_cents\na,2000\nb,20.5\n");
    const { code, stderr } = await runDemo(["--customers", file]);
    expect(code).toBe(1);
    expect(stderr).toContain("line 3");
  });
});
