import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { findPython } from "../../../scripts/set-up-python.mjs";

// In CI a missing Python is a failure: the set-up must have brought it.
const isMissing = !process.env.CI && findPython() === undefined;

describe.skipIf(isMissing)("needs Python with Flask, Celery, requests and redis", () => {
  it("stops a runaway agent in Flask and in Celery, and disturbs nobody else", () => {
    const { stdout, stderr, status } = spawnSync("npm", ["start"], {
      cwd: new URL("..", import.meta.url),
      encoding: "utf8",
    });
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('402 {"charged":5,"error":"cap_exhausted"}');
    expect(stdout).toContain('200 {"charged":1}');
    expect(stdout).toMatch(/200 \{"billed":\[("cus_\w+",?){3}\],"refused":"cap_exhausted"\}/);
    expect(stdout).toContain("Keys at the end: revoked, revoked, revoked");
    expect(stdout).toContain("Stripe's own ledger: 180 USD");
    expect(stdout).toContain('503 {"error":"vault_key_unavailable"}');
    expect(stdout + stderr).not.toMatch(/vk_(live|test)_|kb_/);
  });
});
