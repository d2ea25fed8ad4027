import { randomUUID } from "node:crypto";
import type { CreateLedger } from "../src/cases.ts";
import type { Ledger } from "../src/ledger.ts";
import { createRedisLedger, type RedisLedgerOptions } from "../src/redis/create-redis-ledger.ts";

/** Makes ledgers for cases, each under names of its own in one Redis. A new client of one finds all that it had. */
export function createRedisStores(options: Omit<RedisLedgerOptions, "prefix" | "clock">): CreateLedger {
  const settings = new WeakMap<Ledger, RedisLedgerOptions>();

  function open(own: RedisLedgerOptions): Ledger {
    const store = createRedisLedger(own);
    settings.set(store, own);
    return store;
  }

  const createStore: CreateLedger = (clock) => open({ ...options, prefix: randomUUID(), clock });
  createStore.reopen = async (store) => {
    await store.close();
    return open(settings.get(store) ?? { ...options });
  };
  return createStore;
}
