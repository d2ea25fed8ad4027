import type { DatabaseSync } from "node:sqlite";
import { prepare } from "./prepare.ts";

/** Writes to a database, many at a time. */
export interface GroupCommit {
  /**
   * Plays a write with all others of this turn of the event loop, in one transaction. Resolves once that is
   * committed. A write that throws is undone alone; where the transaction fails, nothing of it was, and all reject.
   */
  add<Answer>(write: () => Answer): Promise<Answer>;
  /** Commits what is waiting, at once. */
  flush(): void;
}

interface Waiting {
  play(): void;
  resolve(): void;
  reject(error: unknown): void;
}

/** @param onCommit told when a transaction was committed */
export function createGroupCommit(database: DatabaseSync, onCommit: () => void): GroupCommit {
  const begin = prepare(database, "BEGIN IMMEDIATE");
  const commit = prepare(database, "COMMIT");
  const rollBack = prepare(database, "ROLLBACK");
  const savepoint = prepare(database, "SAVEPOINT one");
  const release = prepare(database, "RELEASE one");
  const undo = prepare(database, "ROLLBACK TO one");
  let waiting: Waiting[] = [];

  /** Plays one of the group; gives what to tell its caller. */
  function playOne(write: Waiting): () => void {
    savepoint.run();
    try {
      write.play();
    } catch (error) {
      // Where the disk is full or broken, SQLite may have undone the whole transaction by itself.
      if (!database.isTransaction) throw error;
      undo.run();
      release.run();
      return () => write.reject(error);
    }
    release.run();
    return write.resolve;
  }

  function flush(): void {
    const group = waiting;
    waiting = [];
    if (group.length === 0) return;
    try {
      begin.run();
      const answers = group.map(playOne);
      commit.run();
      for (const answer of answers) answer();
    } catch (error) {
      if (database.isOpen && database.isTransaction) rollBack.run();
      for (const { reject } of group) reject(error);
      return;
    }
    onCommit();
  }

  return {
    flush,
    add<Answer>(write: () => Answer): Promise<Answer> {
      return new Promise((resolve, reject) => {
        let answer: Answer;
        waiting.push({
          play() {
            answer = write();
          },
          resolve: () => resolve(answer),
          reject,
        });
        if (waiting.length === 1) setImmediate(flush);
      });
    },
  };
}
