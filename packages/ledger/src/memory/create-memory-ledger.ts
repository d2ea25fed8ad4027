import { createOperations, toLedgerOperations } from "../decide/operations.ts";
import type { Ledger } from "../ledger.ts";
import { createListeners } from "../listeners.ts";
import { createMemoryTables } from "./tables.ts";

/**
 * The ledger in this process's memory: for development, tests and the demo. Everything is gone when the process
 * ends, and other processes do not see it.
 *
 * @param clock ms since the epoch
 */
export function createMemoryLedger(clock: () => number = Date.now): Ledger {
  const listeners = createListeners();
  const ledger = createOperations(createMemoryTables(listeners.call), clock);
  return {
    ...toLedgerOperations(ledger, async (_verb, act) => act()),
    onAudit: listeners.add,
    // A ledger in memory has no other process.
    onRevoke: () => () => {},
    now: clock,
    ping: async () => {},
    close: async () => {},
  };
}
