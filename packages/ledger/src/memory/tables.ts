import type { Exposure, Reservation } from "../decide/reservation.ts";
import type { SpendAccount } from "../decide/spend-account.ts";
import type { IssueRow, IssueTable, ObjectTable, Tables } from "../decide/tables.ts";
import { createAccount } from "./account.ts";
import { createMemoryAudit } from "./audit-table.ts";
import { createMemoryBudgets } from "./budget-table.ts";
import { createMemoryKeys } from "./key-table.ts";
import { createMemoryReservations } from "./reservation-table.ts";
import { createMemoryTries } from "./try-table.ts";

/**
 * The tables of a ledger as maps. What is found is the row itself, so that there is nothing to write back.
 *
 * @param onAppend told after an audit entry was appended
 */
export function createMemoryTables(onAppend: () => void): Tables {
  let count = 0;
  const openAccount = (): SpendAccount => createAccount(++count);
  const entered = new Map<string, Reservation>();
  return {
    keys: createMemoryKeys(openAccount),
    budgets: createMemoryBudgets(openAccount),
    tries: createMemoryTries(),
    reservations: createMemoryReservations(entered),
    objects: createMemoryObjects(),
    issues: createMemoryIssues(),
    audit: createMemoryAudit(entered, onAppend),
  };
}

function createMemoryObjects(): ObjectTable {
  const objects = new Map<string, Pick<Exposure, "microUsd" | "told">>();
  return {
    find: (tenant, objectId) => objects.get(`${tenant} ${objectId}`),
    save: (tenant, exposure) => void objects.set(`${tenant} ${exposure.objectId}`, exposure),
  };
}

function createMemoryIssues(): IssueTable {
  const issues = new Map<string, IssueRow>();
  return {
    find: (key) => issues.get(key),
    save(row) {
      // Deleted first: a map keeps the place of a name, and the oldest must stand in front to be forgotten.
      issues.delete(row.key);
      issues.set(row.key, row);
    },
    forget(before) {
      for (const [key, { at }] of issues) {
        if (at > before) break;
        issues.delete(key);
      }
    },
  };
}
