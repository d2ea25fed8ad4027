import type { SpendAccount } from "../decide/spend-account.ts";
import type { BudgetRow, BudgetTable } from "../decide/tables.ts";
import { toPage } from "./to-page.ts";

export function createMemoryBudgets(openAccount: () => SpendAccount): BudgetTable {
  const tenants = new Map<string, Map<string, BudgetRow>>();
  return {
    find: (tenant, name) => tenants.get(tenant)?.get(name),
    insert(tenant, name) {
      const ofTenant = tenants.get(tenant) ?? new Map<string, BudgetRow>();
      tenants.set(tenant, ofTenant);
      const row: BudgetRow = {
        name,
        account: openAccount(),
        dailyCapMicroUsd: null,
        monthlyCapMicroUsd: null,
        totalCapMicroUsd: null,
        frozen: false,
      };
      ofTenant.set(name, row);
      return row;
    },
    list(tenant, page) {
      const byName = [...(tenants.get(tenant)?.values() ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
      return toPage(byName, page, ({ name }) => name);
    },
    save() {},
  };
}
