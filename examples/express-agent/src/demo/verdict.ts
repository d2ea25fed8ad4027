import type { Results } from "./report.ts";

/** One promise of the demo, and true if it held. */
export interface Check {
  promise: string;
  held: boolean;
}

/** Checks the results against what Stripe recorded. */
export function judge({ plainKey, budget, revocation }: Results): Check[] {
  const { budgetUsd, runaway, neighbor } = budget;
  const { report, receipt, vendorAtRevocation } = revocation;
  return [
    {
      promise: "With the plain Stripe key, every charge that the agent tried went through.",
      held: plainKey.vendor.cents === plainKey.askedCents,
    },
    {
      promise: `With vault keys, Stripe charged no more than the budget of $${budgetUsd}.`,
      held: runaway.vendor.cents <= budgetUsd * 100,
    },
    {
      promise: "Every call of every agent is in the audit log.",
      held: [runaway, neighbor, report].every(({ audit, tally }) => audit.entries === tally.tried),
    },
    {
      promise: "The audit log and Stripe agree to the cent.",
      held: [runaway, neighbor, report].every(({ audit, vendor }) => audit.cents === vendor.cents),
    },
    {
      promise: "Each of the runaway agent's calls was either charged or refused.",
      held: runaway.tally.failed === 0 && runaway.tally.charged === runaway.vendor.charged,
    },
    {
      promise: "Bob's agent wasn't affected by Alice's.",
      held: neighbor.tally.charged === neighbor.tally.tried,
    },
    {
      promise: "After the revocation returned, no further call reached Stripe.",
      held: report.vendor.charged <= vendorAtRevocation.charged + receipt.calls && report.tally.refused > 0,
    },
  ];
}
