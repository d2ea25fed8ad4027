/**
 * What one transaction has read and will write, so that a row is read and written once, however many verbs of the
 * transaction need it. It ends with the transaction, whichever way: what is in memory never outlives what is on the
 * disk.
 */
export interface UnitOfWork {
  /** Makes a cache of rows that is emptied at the end. */
  createCache<Id, Row>(): Map<Id, Row>;
  /** Has a row written before the commit; once, however often it is asked for. */
  writeLater(row: object, write: () => void): void;
  /** Writes what is to be written. */
  flush(): void;
  /** Forgets everything. */
  end(): void;
}

export function createUnitOfWork(): UnitOfWork {
  const caches: Map<unknown, unknown>[] = [];
  const writes = new Map<object, () => void>();
  return {
    createCache<Id, Row>() {
      const cache = new Map<Id, Row>();
      caches.push(cache);
      return cache;
    },
    writeLater(row, write) {
      if (!writes.has(row)) writes.set(row, write);
    },
    flush() {
      for (const write of writes.values()) write();
      writes.clear();
    },
    end() {
      for (const cache of caches) cache.clear();
      writes.clear();
    },
  };
}
