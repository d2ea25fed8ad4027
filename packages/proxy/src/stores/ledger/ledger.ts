import type { Store } from "../store.ts";
import { createAuditVerbs } from "./audit-verbs.ts";
import { createBudgetVerbs } from "./budget-verbs.ts";
import { createCorrectingVerbs } from "./correcting-verbs.ts";
import { createKeyVerbs } from "./key-verbs.ts";
import { createReserveVerbs } from "./reserve-verbs.ts";
import { createSettleVerbs } from "./settle-verbs.ts";
import type { Tables } from "./tables.ts";

/** Verbs of a store, as functions that answer at once. */
export type Verbs<Name extends keyof Store> = {
  [Verb in Name]: (...args: Parameters<Store[Verb]>) => Awaited<ReturnType<Store[Verb]>>;
};

type LedgerVerb = Exclude<keyof Store, "onAudit" | "onRevoke" | "now" | "ping" | "close">;

/** The verbs of a ledger over its tables: what they decide, whatever the tables are made of. */
export type Ledger = Verbs<LedgerVerb>;

/** @param clock ms since the epoch */
export function createLedger(tables: Tables, clock: () => number): Ledger {
  return {
    ...createKeyVerbs(tables, clock),
    ...createBudgetVerbs(tables, clock),
    ...createReserveVerbs(tables, clock),
    ...createSettleVerbs(tables, clock),
    ...createCorrectingVerbs(tables),
    ...createAuditVerbs(tables),
  };
}

/**
 * The verbs of a ledger as a store has them.
 *
 * @param play lets a verb answer, at once or when what it did is kept for good
 */
export function toStoreVerbs(
  ledger: Ledger,
  play: <Answer>(verb: LedgerVerb, act: () => Answer) => Promise<Answer>,
): Pick<Store, LedgerVerb> {
  const verbs = Object.entries(ledger) as [LedgerVerb, (...args: unknown[]) => unknown][];
  return Object.fromEntries(
    verbs.map(([verb, act]) => [verb, (...args: unknown[]) => play(verb, () => act(...args))]),
  ) as unknown as Pick<Store, LedgerVerb>;
}
