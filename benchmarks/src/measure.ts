import type { Load } from "./load.ts";
import { readCpuSeconds, readResidentBytes } from "./process-cost.ts";

/** A running proxy, and the request to send it. */
export interface Target {
  readonly port: number;
  readonly pid: number;
  readonly request: string;
  readonly status: number;
  stop(): Promise<void>;
}

export interface Windows {
  /** Of one window. */
  seconds: number;
  connections: number;
}

/** What one proxy did in a round. */
export interface Reading {
  /** CPU microseconds per request, user and system. */
  cpu: number;
  perSecond: number;
  /** Microseconds under load. */
  p50: number;
  p99: number;
  /** Microseconds at one connection. */
  p50Alone: number;
  p99Alone: number;
  residentBytes: number;
}

/** One round of a scenario: both proxies, measured in turns. */
export interface Round {
  baseline: Reading;
  subject: Reading;
}

const WINDOWS = 4;

/** Measures two proxies in turns, so that what else the machine does meets both. */
export async function measureRound(
  load: Load,
  { baseline, subject }: { baseline: Target; subject: Target },
  windows: Windows,
): Promise<Round> {
  const pair = [baseline, subject];
  for (const target of pair) await measureWindow(load, target, { ...windows, seconds: windows.seconds * 2 });
  const loaded = pair.map((): Window[] => []);
  const alone = pair.map((): Window[] => []);
  for (let count = 0; count < WINDOWS; count++) {
    for (const [index, target] of pair.entries()) {
      loaded[index]?.push(await measureWindow(load, target, windows));
    }
  }
  for (let count = 0; count < 2; count++) {
    for (const [index, target] of pair.entries()) {
      alone[index]?.push(await measureWindow(load, target, { ...windows, connections: 1 }));
    }
  }
  const [first, second] = pair.map(
    (target, index): Reading => ({
      cpu: median(loaded[index], "cpu"),
      perSecond: median(loaded[index], "perSecond"),
      p50: median(loaded[index], "p50"),
      p99: median(loaded[index], "p99"),
      p50Alone: median(alone[index], "p50"),
      p99Alone: median(alone[index], "p99"),
      residentBytes: readResidentBytes(target.pid),
    }),
  );
  return { baseline: first as Reading, subject: second as Reading };
}

interface Window {
  cpu: number;
  perSecond: number;
  p50: number;
  p99: number;
}

async function measureWindow(load: Load, target: Target, { seconds, connections }: Windows): Promise<Window> {
  const before = readCpuSeconds(target.pid);
  const { port, request, status } = target;
  const { requests, perSecond, p50, p99 } = await load.run({
    port,
    request,
    status,
    connections,
    until: { seconds },
  });
  return { cpu: ((readCpuSeconds(target.pid) - before) * 1e6) / requests, perSecond, p50, p99 };
}

function median(windows: readonly Window[] = [], field: keyof Window): number {
  return toMedian(windows.map((window) => window[field]));
}

export function toMedian(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
