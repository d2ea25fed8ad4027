import type { BenchContext } from "./bench-context.ts";
import { measureRound, type Round, type Target } from "./measure.ts";

export interface RunOptions {
  rounds: number;
  seconds: number;
  /** Under load; a scenario of its own kind can choose another. */
  connections: number | undefined;
}

/** One line of the results. */
export interface MeasuredFigure {
  /** What notes are kept under. */
  id: string;
  title: string;
  unit: Unit;
  /** What must hold, at most. */
  limit?: number;
  goal?: number;
  /** One for each round. */
  values: number[];
}

export type Unit = "×" | "B" | "ms" | "kB" | "fsyncs";

export interface ScenarioResult {
  name: string;
  figures: MeasuredFigure[];
  /** What both proxies did, for those who want more than the figures. */
  rounds?: Round[];
}

export interface Scenario {
  name: string;
  run(context: BenchContext, options: RunOptions): Promise<ScenarioResult>;
}

/** A figure, and how it is read off a round. */
export interface Figure extends Omit<MeasuredFigure, "values"> {
  read(round: Round): number;
}

export interface Comparison {
  name: string;
  startBaseline(context: BenchContext): Promise<Target>;
  startSubject(context: BenchContext): Promise<Target>;
  figures: readonly Figure[];
  /** Default 64. */
  connections?: number;
  /** The proxies are started once, not for each round, since preparing them takes long. */
  keep?: boolean;
}

/** A scenario that compares two proxies. */
export function compare(comparison: Comparison): Scenario {
  const { name, startBaseline, startSubject, figures, connections = 64, keep = false } = comparison;
  const start = async (context: BenchContext): Promise<{ baseline: Target; subject: Target }> => ({
    baseline: await startBaseline(context),
    subject: await startSubject(context),
  });
  return {
    name,
    async run(context, options) {
      const windows = { seconds: options.seconds, connections: options.connections ?? connections };
      const rounds: Round[] = [];
      let pair = await start(context);
      for (let round = 1; round <= options.rounds; round++) {
        if (round > 1 && !keep) pair = await start(context);
        const measured = await measureRound(context.load, pair, windows);
        rounds.push(measured);
        const { baseline, subject } = measured;
        context.log(
          `  round ${round}: ${baseline.cpu.toFixed(1)} and ${subject.cpu.toFixed(1)} µs of CPU per request, ${(subject.cpu / baseline.cpu).toFixed(2)} ×`,
        );
        if (!keep || round === options.rounds) await Promise.all([pair.baseline.stop(), pair.subject.stop()]);
      }
      return {
        name,
        figures: figures.map(({ read, ...figure }) => ({ ...figure, values: rounds.map(read) })),
        rounds,
      };
    },
  };
}

interface Bounds {
  limit?: number;
  goal?: number;
}

/** CPU per request, as a multiple of the baseline's. */
export function cpuFigure(id: string, title: string, bounds: Bounds = {}): Figure {
  return { id, title, unit: "×", ...bounds, read: ({ baseline, subject }) => subject.cpu / baseline.cpu };
}

/** The median latency at one connection, as a multiple of the baseline's. */
export function latencyFigure(id: string, title: string, bounds: Bounds = {}): Figure {
  return {
    id,
    title,
    unit: "×",
    ...bounds,
    read: ({ baseline, subject }) => subject.p50Alone / baseline.p50Alone,
  };
}

/** Resident memory after load, as a multiple of the baseline's. */
export function memoryFigure(id: string, title: string, bounds: Bounds = {}): Figure {
  const read = ({ baseline, subject }: Round): number => subject.residentBytes / baseline.residentBytes;
  return { id, title, unit: "×", ...bounds, read };
}
