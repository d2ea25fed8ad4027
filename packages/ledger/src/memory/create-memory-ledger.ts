import { createOperations } from "../decide/operations.ts";
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
  return {
    // They answer at once: nothing here waits, and no two of them run beside each other.
    ...createOperations(createMemoryTables(listeners.call), clock),
    onAudit: listeners.add,
    // A ledger in memory has no other process.
    onRevoke: () => () => {},
    now: clock,
    ping: () => {},
    close: async () => {},
  };
}
