import type { DatabaseSync } from "node:sqlite";
import { prepare } from "./prepare.ts";
import type { UnitOfWork } from "./unit-of-work.ts";

/** Writes to a database, many at a time. */
export interface GroupCommit {
  /**
   * Plays a write with all others of this turn of the event loop, in one transaction. Resolves once that is
   * committed. A write that throws rejects alone; where the transaction fails, all of it reject and nothing is kept.
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
export function createGroupCommit(
  database: DatabaseSync,
  unit: UnitOfWork,
  onCommit: () => void,
): GroupCommit {
  const begin = prepare(database, "BEGIN IMMEDIATE");
  const commit = prepare(database, "COMMIT");
  const rollBack = prepare(database, "ROLLBACK");
  // It changes when another program has written to the file.
  const readVersion = prepare<{ data_version: number }>(database, "PRAGMA data_version");
  let version = readVersion.get()?.data_version;
  let waiting: Waiting[] = [];

  /**
   * Plays a group in one transaction. Where one of it throws, nothing is kept, and that one comes back: to play the
   * others again is cheaper than to prepare for what hardly ever happens.
   */
  function play(group: readonly Waiting[]): Waiting | undefined {
    let playing: Waiting | undefined;
    try {
      begin.run();
      forgetIfChanged();
      for (playing of group) playing.play();
      playing = undefined;
      unit.flush();
      commit.run();
      unit.keep();
      return undefined;
    } catch (error) {
      unit.forget();
      // Where the disk is full or broken, SQLite may have undone the transaction by itself.
      const isOpen = database.isOpen && database.isTransaction;
      if (isOpen) rollBack.run();
      if (!isOpen || !playing) throw error;
      playing.reject(error);
      return playing;
    }
  }

  function forgetIfChanged(): void {
    const current = readVersion.get()?.data_version;
    if (current !== version) unit.forget();
    version = current;
  }

  function flush(): void {
    let group = waiting;
    waiting = [];
    try {
      while (group.length > 0) {
        const failed = play(group);
        if (!failed) break;
        group = group.filter((write) => write !== failed);
      }
    } catch (error) {
      for (const { reject } of group) reject(error);
      return;
    }
    for (const { resolve } of group) resolve();
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
