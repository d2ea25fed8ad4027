import { getBudget, toBudgetState } from "./key-state.ts";
import type { OperationsNamed } from "./operations-named.ts";
import type { Tables } from "./tables.ts";

/** The verbs about budgets. */
export function createBudgetOperations(
  tables: Tables,
  clock: () => number,
): OperationsNamed<"getBudget" | "listBudgets" | "putBudget"> {
  const { budgets } = tables;
  return {
    getBudget(tenant, name) {
      const row = budgets.find(tenant, name);
      return row && toBudgetState(row, clock());
    },

    listBudgets(tenant, page) {
      const { items, hasMore } = budgets.list(tenant, page);
      return { items: items.map((row) => toBudgetState(row, clock())), hasMore };
    },

    putBudget(tenant, name, update) {
      const row = Object.assign(getBudget(tables, tenant, name), update);
      budgets.save(tenant, row);
      return toBudgetState(row, clock());
    },
  };
}
