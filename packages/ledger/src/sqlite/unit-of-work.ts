/**
 * The rows that are in memory, and those of them that the transaction under way will write. A row is read once and
 * written once per transaction, however many operations need it. One process has the file, so what is in memory
 * stays true after a commit. After a failed transaction it is forgotten, since the file doesn't have it.
 */
export interface UnitOfWork {
  /** Makes a cache of rows. All caches are emptied at once, because rows hold on to each other. */
  createCache<Id, Row>(): Map<Id, Row>;
  /** Has a row written before the commit; once, however often it is asked for. */
  writeLater(row: object, write: () => void): void;
  /** Writes what is to be written. */
  flush(): void;
  /** After a commit: keeps the rows unless there are too many. */
  keep(): void;
  /** Forgets all rows, and what was to be written. */
  forget(): void;
}

/** About 10 MB. */
const MOST_ROWS = 10_000;

export function createUnitOfWork(): UnitOfWork {
  const caches: Map<unknown, unknown>[] = [];
  const writes = new Map<object, () => void>();

  function forget(): void {
    for (const cache of caches) cache.clear();
    writes.clear();
  }

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
    keep() {
      let rows = 0;
      for (const cache of caches) rows += cache.size;
      if (rows > MOST_ROWS) forget();
    },
    forget,
  };
}
