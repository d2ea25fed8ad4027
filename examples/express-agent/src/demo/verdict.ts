import type { FirstAct, SecondAct } from "./acts.ts";

/** One thing the demo promises, and whether it held. */
export interface Check {
  promise: string;
  held: boolean;
}

/** Judges the two acts by the vendor's own books. */
export function judge(
  { capUsd, runaway, neighbour }: FirstAct,
  { report, receipt, vendorAtRevocation }: SecondAct,
): Check[] {
  return [
    {
      promise: `the vendor never charged more than the cap of $${capUsd}`,
      held: runaway.vendor.cents <= capUsd * 100,
    },
    {
      promise: "every call of every agent is in the audit log",
      held: [runaway, neighbour, report].every(({ audit, tally }) => audit.entries === tally.tried),
    },
    {
      promise: "the audit log and the vendor agree to the cent",
      held: [runaway, neighbour, report].every(({ audit, vendor }) => audit.cents === vendor.cents),
    },
    {
      promise: "the runaway's calls were charged or refused, and nothing else",
      held: runaway.tally.failed === 0 && runaway.tally.charged === runaway.vendor.charged,
    },
    {
      promise: "the other user's agent was not disturbed",
      held: neighbour.tally.charged === neighbour.tally.tried,
    },
    {
      promise: "after the revocation had answered, no further call reached the vendor",
      held: report.vendor.charged <= vendorAtRevocation.charged + receipt.calls && report.tally.refused > 0,
    },
  ];
}
