import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
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

/** Runs the demo as a user does, in its own process. */
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

  it("spends everything with a plain key, and no more than the budget with vault keys", async () => {
    const { code, stdout } = await runDemo(["--json"]);
    const { passed, checks, plainKey, budget, revocation } = JSON.parse(stdout);
    expect(checks.filter(({ held }: { held: boolean }) => !held)).toEqual([]);
    expect({ passed, code }).toEqual({ passed: true, code: 0 });
    expect(plainKey).toMatchObject({
      tally: { tried: 1_000, charged: 1_000, refused: 0, failed: 0 },
      vendor: { charged: 1_000, cents: 2_000_000 },
    });
    expect(budget.runaway).toMatchObject({
      tally: { tried: 1_000, charged: 25, refused: 975, failed: 0 },
      vendor: { charged: 25, cents: 50_000 },
      audit: { entries: 1_000, allowed: 25, refused: 975, cents: 50_000 },
    });
    expect(budget.neighbor).toMatchObject({ tally: { tried: 50, charged: 50 }, vendor: { cents: 5_000 } });
    expect(revocation.report.tally.tried).toBe(500);
    expect(revocation.report.tally.refused).toBeGreaterThan(0);
  });

  it("prints the table that the README shows", async () => {
    const readme = await readFile(new URL("../../../README.md", import.meta.url), "utf8");
    const table = /The same runaway agent, [\s\S]*?└.*┘\n/.exec(readme)?.[0];
    const { stdout } = await runDemo([]);
    expect(stdout).toContain(table);
  });

  it("takes another customer file, and prints what each agent spent", async () => {
    const file = join(directory, "three.csv");
    await writeFile(file, "customer,amount_cents\na,30000\nb,30000\nc,20000\n");
    const { code, stdout } = await runDemo(["--customers", file]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Spent at Stripe\s*│\s*\$800\.00 │\s*\$500\.00 │/);
    expect(stdout).toContain("✔ With the plain Stripe key, every charge that the agent tried went through.");
    expect(stdout).toContain("✔ With vault keys, Stripe charged no more than the budget of $500.");
  });

  it.each([
    ["a customer file that is not there", ["--customers", "/nonexistent.csv"], {}, /can't be read/],
    ["--real without a key", ["--real"], {}, /needs STRIPE_SECRET_KEY to be a test key/],
    ["--real with a live key", ["--real"], { STRIPE_SECRET_KEY: "sk_live_abc" }, /a live key is never used/],
  ])("prints one line that says what is wrong: %s", async (_name, args, environment, message) => {
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
