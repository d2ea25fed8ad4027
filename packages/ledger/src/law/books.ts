/** Something that the vendor really did, for calls that count under some scopes. */
interface Done {
  objectId: string;
  /** What the object stands for in all after it, in micro-USD. */
  exposureMicroUsd: number;
  /** The UTC day of the first try of the call, and that of the effect. */
  firstDay: number;
  day: number;
}

/** What the vendor did, by its own count, for each key and budget. Nothing in it comes from the ledger under test. */
export interface Books {
  enter(scopes: readonly string[], done: Done): void;
  /** Micro-USD that the calls of a scope have moved: each object counts once, with the most it stood for. */
  getExecuted(scope: string): number;
  /** The part of it that was tried and done on that day alone, so that it must count there. */
  getExecutedOn(scope: string, day: number): number;
}

interface Line {
  exposureMicroUsd: number;
  firstDay: number;
  lastDay: number;
}

export function createBooks(): Books {
  const lines = new Map<string, Map<string, Line>>();
  const sums = new Map<string, number>();

  function enterOne(scope: string, { objectId, exposureMicroUsd, firstDay, day }: Done): void {
    const ofScope = lines.get(scope) ?? new Map<string, Line>();
    lines.set(scope, ofScope);
    const before = ofScope.get(objectId) ?? { exposureMicroUsd: 0, firstDay, lastDay: day };
    const line = {
      exposureMicroUsd: Math.max(before.exposureMicroUsd, exposureMicroUsd),
      firstDay: Math.min(before.firstDay, firstDay),
      lastDay: Math.max(before.lastDay, day),
    };
    ofScope.set(objectId, line);
    sums.set(scope, (sums.get(scope) ?? 0) + line.exposureMicroUsd - before.exposureMicroUsd);
  }

  return {
    enter(scopes, done) {
      for (const scope of scopes) enterOne(scope, done);
    },
    getExecuted: (scope) => sums.get(scope) ?? 0,
    getExecutedOn(scope, day) {
      let sum = 0;
      for (const line of lines.get(scope)?.values() ?? []) {
        if (line.firstDay === day && line.lastDay === day) sum += line.exposureMicroUsd;
      }
      return sum;
    },
  };
}
