const WINDOW_MS = 23 * 3_600_000;
const KEPT_MS = 48 * 3_600_000;

/** Tries that share a reservation, as the contract says which do. */
export interface Group {
  id: string;
  at: number;
  wholeMicroUsd: number;
  state: "held" | "settled" | "released";
  /** A next try is a call of its own: the vendor did it twice, or may still do what was reconciled as not done. */
  closed: boolean;
  /** It follows one that is out of its window, so that each of its tries is on its own. */
  follows: boolean;
  executedMicroUsd: number;
  /** How often the vendor did it, and how often the ledger counted it. */
  executions: number;
  counts: number;
}

/** Finds the group that a try belongs to, or begins one. */
export type JoinGroup = (replayId: string | undefined, wholeMicroUsd: number) => Group;

export function createGroups(clock: () => number): { join: JoinGroup; sweep(before: number): void } {
  const all: Group[] = [];
  const groups = new Map<string, Group>();
  let count = 0;
  return {
    join(replayId, wholeMicroUsd) {
      const found = replayId === undefined ? undefined : groups.get(replayId);
      const outgrown = found !== undefined && found.wholeMicroUsd < wholeMicroUsd;
      const over = found?.state === "released" || found?.closed || found?.follows || outgrown;
      if (found && !over && found.at > clock() - WINDOW_MS) return found;
      const old = found !== undefined && found.at <= clock() - WINDOW_MS && found.state !== "released";
      const isKept = found !== undefined && found.at > clock() - KEPT_MS;
      const group: Group = {
        id: `group_${++count}`,
        at: clock(),
        wholeMicroUsd,
        state: "held",
        closed: false,
        follows: isKept && (old || found.follows),
        executedMicroUsd: 0,
        executions: 0,
        counts: 0,
      };
      all.push(group);
      if (replayId !== undefined) groups.set(replayId, group);
      return group;
    },
    /** What was in doubt since before a moment was taken for spent. */
    sweep(before) {
      for (const group of all) if (group.state === "held" && group.at < before) group.state = "settled";
    },
  };
}
