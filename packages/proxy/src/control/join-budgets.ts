import type { KeyPolicy, StatedCaps } from "@keybrake/ledger";
import { defined, type NamedBudgets } from "./to-wire.ts";

/** The budgets of both, without naming one twice. */
export function joinBudgets(one: NamedBudgets, other: NamedBudgets): NamedBudgets {
  return {
    budgets: [...new Set([...one.budgets, ...other.budgets])],
    ...lowerCaps(one.budgetCaps, other.budgetCaps),
  };
}

/** Of a budget that both state a cap for, the lower one holds. */
export function lowerCaps(
  above: KeyPolicy["budgetCaps"] = {},
  asked: KeyPolicy["budgetCaps"] = {},
): Pick<KeyPolicy, "budgetCaps"> {
  const names = new Set([...Object.keys(above), ...Object.keys(asked)]);
  if (names.size === 0) return {};
  const caps = [...names].map((name): [string, StatedCaps] => [
    name,
    defined({
      dailyCapMicroUsd: lower(above[name]?.dailyCapMicroUsd, asked[name]?.dailyCapMicroUsd),
      monthlyCapMicroUsd: lower(above[name]?.monthlyCapMicroUsd, asked[name]?.monthlyCapMicroUsd),
      totalCapMicroUsd: lower(above[name]?.totalCapMicroUsd, asked[name]?.totalCapMicroUsd),
    }),
  ]);
  return { budgetCaps: Object.fromEntries(caps) };
}

function lower(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
