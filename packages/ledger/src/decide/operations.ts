import type { Ledger } from "../ledger.ts";
import { createAuditOperations } from "./audit-operations.ts";
import { createBudgetOperations } from "./budget-operations.ts";
import { createCorrectingOperations } from "./correcting-operations.ts";
import { createFreezeOperations } from "./freeze-operations.ts";
import { createKeyOperations } from "./key-operations.ts";
import type { OperationsNamed } from "./operations-named.ts";
import { createReserveOperations } from "./reserve-operations.ts";
import { createSettleOperations } from "./settle-operations.ts";
import type { Tables } from "./tables.ts";

type OperationName = Exclude<keyof Ledger, "onAudit" | "onRevoke" | "now" | "ping" | "close">;

/** The verbs of a ledger over its tables: what they decide, whatever the tables are made of. */
export type Operations = OperationsNamed<OperationName>;

/** @param clock ms since the epoch */
export function createOperations(tables: Tables, clock: () => number): Operations {
  return {
    ...createKeyOperations(tables, clock),
    ...createFreezeOperations(tables, clock),
    ...createBudgetOperations(tables, clock),
    ...createReserveOperations(tables, clock),
    ...createSettleOperations(tables, clock),
    ...createCorrectingOperations(tables),
    ...createAuditOperations(tables),
  };
}

/**
 * The verbs of a ledger as a store has them.
 *
 * @param play lets a verb answer, at once or when what it did is kept for good
 */
export function toLedgerOperations(
  ledger: Operations,
  play: <Answer>(verb: OperationName, act: () => Answer) => Promise<Answer>,
): Pick<Ledger, OperationName> {
  const verbs = Object.entries(ledger) as [OperationName, (...args: unknown[]) => unknown][];
  return Object.fromEntries(
    verbs.map(([verb, act]) => [verb, (...args: unknown[]) => play(verb, () => act(...args))]),
  ) as unknown as Pick<Ledger, OperationName>;
}
