import { randomUUID } from "node:crypto";
import { createRedisStore, type RedisStoreOptions } from "../stores/redis.ts";
import type { Store } from "../stores/store.ts";
import type { CreateStore } from "../stores/store-cases.ts";

/** Makes ledgers for cases, each under names of its own in one Redis. A new client of one finds all that it had. */
export function createRedisStores(options: Omit<RedisStoreOptions, "prefix" | "clock">): CreateStore {
  const settings = new WeakMap<Store, RedisStoreOptions>();

  function open(own: RedisStoreOptions): Store {
    const store = createRedisStore(own);
    settings.set(store, own);
    return store;
  }

  const createStore: CreateStore = (clock) => open({ ...options, prefix: randomUUID(), clock });
  createStore.reopen = async (store) => {
    await store.close();
    return open(settings.get(store) ?? { ...options });
  };
  return createStore;
}
