import type { Exposure } from "../decide/reservation.ts";
import type { SpendAccount } from "../decide/spend-account.ts";
import type { IssueRow, IssueTable, ObjectTable, Tables } from "../decide/tables.ts";
import { MemoryAccount, MemoryBudgetAccount } from "./account.ts";
import { toAttemptText, toReservation } from "./attempt-text.ts";
import { createMemoryAudit } from "./audit-table.ts";
import { BoundedMap } from "./bounded-map.ts";
import { createMemoryBudgets } from "./budget-table.ts";
import { toTry } from "./ended-try.ts";
import { toEntryText } from "./entry-text.ts";
import { createExposures } from "./exposures.ts";
import { createMemoryFreezes } from "./freeze-table.ts";
import { createMemoryKeys } from "./key-table.ts";
import { createMemoryReservations } from "./reservation-table.ts";
import { createMemoryTries } from "./try-table.ts";

const OBJECTS_KEPT = 50_000;

/**
 * The tables of a ledger as maps. What is found is the row itself, so that there is nothing to write back.
 *
 * @param onAppend called after an audit entry was appended
 */
export function createMemoryTables(onAppend: () => void): Tables {
  const exposures = createExposures();
  const accounts: SpendAccount[] = [];
  const openAccount = (above?: SpendAccount): SpendAccount =>
    keep(new MemoryAccount(accounts.length, exposures, above));
  const openBudgetAccount = (): SpendAccount => keep(new MemoryBudgetAccount(accounts.length, exposures));
  function keep(account: SpendAccount): SpendAccount {
    accounts.push(account);
    return account;
  }
  const audit = createMemoryAudit((record, attempt) => {
    const left = attempt && reservations.leave(attempt);
    const said = attempt && left ? toAttemptText(attempt, left.replayId, left.isFinal) : null;
    return { text: toEntryText(record, said), replayId: left?.replayId };
  }, onAppend);
  const reservations = createMemoryReservations(audit.findEntry, (attempt) =>
    toReservation(attempt, (id) => accounts[id] as SpendAccount),
  );
  const tries = createMemoryTries((requestId) => {
    const entry = audit.findEntry({ requestId });
    const reservation = entry && reservations.revive(entry);
    return entry && reservation && toTry(entry, reservation);
  });
  return {
    keys: createMemoryKeys(openAccount),
    budgets: createMemoryBudgets(openBudgetAccount),
    tries,
    reservations,
    objects: createMemoryObjects(),
    issues: createMemoryIssues(),
    freezes: createMemoryFreezes(),
    audit,
  };
}

function createMemoryObjects(): ObjectTable {
  // Of an object that was forgotten the proxy asks the vendor.
  const objects = new BoundedMap<Pick<Exposure, "microUsd" | "told">>(OBJECTS_KEPT);
  return {
    find: (tenant, objectId) => objects.get(`${tenant} ${objectId}`),
    save: (tenant, { objectId, microUsd, told }) => objects.set(`${tenant} ${objectId}`, { microUsd, told }),
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
