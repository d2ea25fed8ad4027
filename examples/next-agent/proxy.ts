import { budgetGate } from "@keybrake/next";
import { toBudgetName } from "./lib/policies.ts";
import { getUser } from "./lib/session.ts";

/** No model is asked to spend what is not there: a run may cost ten dollars at least. */
export const proxy = budgetGate(async () => ({
  vendor: "stripe",
  budgets: [toBudgetName(await getUser())],
  usd: 10,
}));

export const config = { matcher: "/api/agent" };
