import { describe, expect, it } from "vitest";
import type { AgentReport } from "./acts.ts";
import type { Results } from "./report.ts";
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

const good: Results = {
  plainKey: {
    tally: { tried: 100, charged: 100, refused: 0, failed: 0 },
    vendor: { charged: 100, cents: 200_000 },
    askedCents: 200_000,
  },
  budget: { budgetUsd: 500, runaway: report(25, 75, 2_000), neighbor: report(50, 0, 100) },
  revocation: {
    report: report(110, 90, 100),
    receipt: { calls: 10, heldUsd: 10 },
    vendorAtRevocation: { charged: 100, cents: 10_000 },
  },
};

const failures = (results: Results): number => judge(results).filter(({ held }) => !held).length;

describe("judge", () => {
  it("passes a good run", () => {
    expect(failures(good)).toBe(0);
  });

  it.each<[string, (results: Results) => object]>([
    [
      "a charge missing with the plain key",
      ({ plainKey }) => Object.assign(plainKey.vendor, { cents: 198_000 }),
    ],
    [
      "one cent above the budget",
      ({ budget: { runaway } }) =>
        Object.assign(runaway, {
          vendor: { ...runaway.vendor, cents: 50_001 },
          audit: { ...runaway.audit, cents: 50_001 },
        }),
    ],
    ["an audit entry missing", ({ budget }) => Object.assign(budget.runaway.audit, { entries: 99 })],
    [
      "the audit log off by a cent",
      ({ revocation }) => Object.assign(revocation.report.audit, { cents: 10_999 }),
    ],
    ["a call that failed otherwise", ({ budget }) => Object.assign(budget.runaway.tally, { failed: 1 })],
    ["the other user refused", ({ budget }) => Object.assign(budget.neighbor.tally, { charged: 49 })],
    [
      "a call after the revocation",
      ({ revocation }) => Object.assign(revocation.vendorAtRevocation, { charged: 99 }),
    ],
    [
      "no call refused after the revocation",
      ({ revocation }) => Object.assign(revocation.report.tally, { refused: 0 }),
    ],
  ])("fails on %s", (_name, damage) => {
    const run = structuredClone(good);
    damage(run);
    expect(failures(run)).toBe(1);
  });
});
