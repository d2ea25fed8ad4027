import { createLedger, toStoreVerbs } from "./ledger/ledger.ts";
import { createListeners } from "./listeners.ts";
import { createMemoryTables } from "./memory/tables.ts";
import type { Store } from "./store.ts";

/**
 * The ledger in this process's memory: for development, tests and the demo. Everything is gone when the process
 * ends, and other processes do not see it.
 *
 * @param clock ms since the epoch
 */
export function createMemoryStore(clock: () => number = Date.now): Store {
  const listeners = createListeners();
  const ledger = createLedger(createMemoryTables(listeners.call), clock);
  return {
    ...toStoreVerbs(ledger, async (_verb, act) => act()),
    onAudit: listeners.add,
    // A ledger in memory has no other process.
    onRevoke: () => () => {},
    now: clock,
    ping: async () => {},
    close: async () => {},
  };
}
