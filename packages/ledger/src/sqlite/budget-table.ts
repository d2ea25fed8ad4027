import type { DatabaseSync } from "node:sqlite";
import type { BudgetRow, BudgetTable } from "../decide/tables.ts";
import type { Accounts } from "./accounts.ts";
import { createFinder, prepare } from "./prepare.ts";
import type { UnitOfWork } from "./unit-of-work.ts";

interface Columns {
  name: string;
  account: number;
  dailyCap: number | null;
  monthlyCap: number | null;
  totalCap: number | null;
  frozen: 0 | 1;
}

const SELECT = `SELECT name, account, daily_cap AS dailyCap, monthly_cap AS monthlyCap, total_cap AS totalCap, frozen FROM budgets`;

export function createSqliteBudgets(
  database: DatabaseSync,
  unit: UnitOfWork,
  accounts: Accounts,
): BudgetTable {
  const find = prepare<Columns>(database, `${SELECT} WHERE tenant = ? AND name = ?`);
  const insert = prepare(database, "INSERT INTO budgets (tenant, name, account) VALUES (?, ?, ?)");
  const update = prepare(
    database,
    "UPDATE budgets SET daily_cap = ?, monthly_cap = ?, total_cap = ?, frozen = ? WHERE tenant = ? AND name = ?",
  );
  const findMany = createFinder<Columns>(database);

  const rows = unit.createCache<string, BudgetRow>();

  /** A budget's name has no line break in it. */
  function remember(tenant: string, row: BudgetRow): BudgetRow {
    rows.set(`${row.name}\n${tenant}`, row);
    return row;
  }

  const toRow = ({ name, account, dailyCap, monthlyCap, totalCap, frozen }: Columns): BudgetRow => ({
    name,
    account: accounts.get(account),
    dailyCapMicroUsd: dailyCap,
    monthlyCapMicroUsd: monthlyCap,
    totalCapMicroUsd: totalCap,
    frozen: frozen === 1,
  });

  return {
    find(tenant, name) {
      const known = rows.get(`${name}\n${tenant}`);
      if (known) return known;
      const columns = find.get(tenant, name);
      return columns && remember(tenant, toRow(columns));
    },
    insert(tenant, name) {
      const account = accounts.open();
      insert.run(tenant, name, account.id);
      return remember(tenant, {
        name,
        account,
        dailyCapMicroUsd: null,
        monthlyCapMicroUsd: null,
        totalCapMicroUsd: null,
        frozen: false,
      });
    },
    list(tenant, { limit, startingAfter }) {
      unit.flush();
      const found = findMany(
        SELECT,
        [
          ["tenant = ?", tenant],
          ["name > ?", startingAfter],
        ],
        "ORDER BY name LIMIT ?",
        limit + 1,
      );
      return { items: found.slice(0, limit).map(toRow), hasMore: found.length > limit };
    },
    save(tenant, row) {
      unit.writeLater(row, () => {
        const { name, dailyCapMicroUsd, monthlyCapMicroUsd, totalCapMicroUsd, frozen } = row;
        update.run(dailyCapMicroUsd, monthlyCapMicroUsd, totalCapMicroUsd, frozen ? 1 : 0, tenant, name);
      });
    },
  };
}
