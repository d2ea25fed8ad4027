import type { WireIssueWarning } from "@keybrake/core/protocol";
import type { BudgetState, KeyPolicy } from "@keybrake/ledger";

/**
 * What the issuer of a key should know before the agent spends.
 *
 * @param known those of the key's budgets that exist; where the key states a cap for one, it can be left out
 */
export function listIssueWarnings(
  { dailyCapMicroUsd, totalCapMicroUsd, budgets, budgetCaps = {} }: KeyPolicy,
  known: readonly BudgetState[],
): WireIssueWarning[] {
  const byName = new Map(known.map((budget) => [budget.name, budget]));
  const uncapped = budgets.filter((name) => budgetCaps[name] === undefined && !hasCap(byName.get(name)));
  const isCapped =
    dailyCapMicroUsd !== undefined || totalCapMicroUsd !== undefined || uncapped.length < budgets.length;
  return [
    ...(isCapped ? [] : [UNCAPPED]),
    ...uncapped.filter((name) => !hasSpend(byName.get(name))).map(toNewBudget),
  ];
}

function hasCap(budget: BudgetState | undefined): boolean {
  const { dailyCapMicroUsd, monthlyCapMicroUsd, totalCapMicroUsd } = budget ?? {};
  return (dailyCapMicroUsd ?? monthlyCapMicroUsd ?? totalCapMicroUsd ?? null) !== null;
}

function hasSpend(budget: BudgetState | undefined): boolean {
  return budget !== undefined && budget.spend.totalMicroUsd + budget.spend.heldMicroUsd > 0;
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
