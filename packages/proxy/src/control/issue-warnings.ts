import type { WireIssueWarning } from "@keybrake/core/protocol";
import type { BudgetState, KeyPolicy } from "@keybrake/ledger";

/** What the issuer of a key should know before the agent spends. */
export function listIssueWarnings(
  { dailyCapMicroUsd, totalCapMicroUsd, budgets, budgetCaps = {} }: KeyPolicy,
  known: readonly BudgetState[],
): WireIssueWarning[] {
  const hasStoredCap = (name: string): boolean =>
    known.some(
      (budget) =>
        budget.name === name && (budget.dailyCapMicroUsd !== null || budget.totalCapMicroUsd !== null),
    );
  const hasSpend = (name: string): boolean =>
    known.some(({ name: other, spend }) => other === name && spend.totalMicroUsd + spend.heldMicroUsd > 0);
  const uncapped = budgets.filter((name) => budgetCaps[name] === undefined && !hasStoredCap(name));
  const isCapped =
    dailyCapMicroUsd !== undefined || totalCapMicroUsd !== undefined || uncapped.length < budgets.length;
  return [...(isCapped ? [] : [UNCAPPED]), ...uncapped.filter((name) => !hasSpend(name)).map(toNewBudget)];
}

const UNCAPPED: WireIssueWarning = {
  code: "uncapped",
  message:
    "Nothing limits what this vault key spends. Set daily_usd_cap or total_usd_cap, or name a budget with a cap.",
};

function toNewBudget(budget: string): WireIssueWarning {
  return {
    code: "new_budget",
    budget,
    message: `The budget "${budget}" is new and has no cap. State one in the policy or store one with PUT /v1/budgets/${budget}, or check the spelling.`,
  };
}
