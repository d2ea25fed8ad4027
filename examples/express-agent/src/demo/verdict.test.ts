import { describe, expect, it } from "vitest";
import type { AgentReport, FirstAct, SecondAct } from "./acts.ts";
import { judge } from "./verdict.ts";

function report(charged: number, refused: number, centsEach: number): AgentReport {
  const tried = charged + refused;
  const cents = charged * centsEach;
  return {
    tally: { tried, charged, refused, failed: 0 },
    vendor: { charged, cents },
    audit: { entries: tried, allowed: charged, refused, cents },
  };
}

const good: { first: FirstAct; second: SecondAct } = {
  first: { capUsd: 500, runaway: report(25, 75, 2_000), neighbour: report(50, 0, 100) },
  second: {
    report: report(110, 90, 100),
    receipt: { calls: 10, heldUsd: 10 },
    vendorAtRevocation: { charged: 100, cents: 10_000 },
  },
};

const broken = ({ first, second }: typeof good): number =>
  judge(first, second).filter(({ held }) => !held).length;

describe("judge", () => {
  it("finds nothing to blame in a good run", () => {
    expect(broken(good)).toBe(0);
  });

  it.each<[string, (run: typeof good) => object]>([
    [
      "one cent above the cap",
      ({ first: { runaway } }) =>
        Object.assign(runaway, {
          vendor: { ...runaway.vendor, cents: 50_001 },
          audit: { ...runaway.audit, cents: 50_001 },
        }),
    ],
    ["an audit entry missing", ({ first }) => Object.assign(first.runaway.audit, { entries: 99 })],
    ["the audit log off by a cent", ({ second }) => Object.assign(second.report.audit, { cents: 10_999 })],
    ["a call that failed otherwise", ({ first }) => Object.assign(first.runaway.tally, { failed: 1 })],
    ["the other user refused", ({ first }) => Object.assign(first.neighbour.tally, { charged: 49 })],
    [
      "a call after the revocation",
      ({ second }) => Object.assign(second.vendorAtRevocation, { charged: 99 }),
    ],
    ["nobody stopped by the revocation", ({ second }) => Object.assign(second.report.tally, { refused: 0 })],
  ])("fails on %s", (_name, damage) => {
    const run = structuredClone(good);
    damage(run);
    expect(broken(run)).toBe(1);
  });
});
