import type { IssuePolicy } from "@keybrake/core";

/** What all agents and pages of a user may spend in a UTC day, together. */
export const DAILY_BUDGET_USD = 100;

/** What one run of the agent may spend of it. */
export const RUN_CAP_USD = 45;

export function toBudgetName(user: string): string {
  return `user:${user}`;
}

/** A key that can charge, on the user's budget, and do nothing else. @param work what the key is for */
export function chargePolicy(user: string, work: string): IssuePolicy {
  return {
    label: `${work}/${user}`,
    vendor: "stripe",
    allowedEndpoints: ["POST /v1/payment_intents"],
    budgets: [toBudgetName(user)],
    expiresIn: "2m",
  };
}
