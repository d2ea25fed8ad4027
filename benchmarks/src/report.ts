import { existsSync, readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import Table from "cli-table3";
import { toMedian } from "./measure.ts";
import { pinned } from "./processes.ts";
import type { MeasuredFigure, RunOptions, ScenarioResult, Unit } from "./scenario.ts";

/** What a run found, and where. */
export interface Results {
  command: string;
  date: string;
  machine: string;
  versions: Record<string, string>;
  options: RunOptions;
  scenarios: ScenarioResult[];
}

const PACKAGES = [
  "keybrake",
  "undici",
  "@fastify/http-proxy",
  "http-proxy-middleware",
  "@portkey-ai/gateway",
];

export function collectResults(command: string, options: RunOptions, scenarios: ScenarioResult[]): Results {
  const processors = cpus();
  const pinning = pinned ? "proxy and load generator on a core each" : "processes not pinned to cores";
  return {
    command,
    date: new Date().toISOString().slice(0, 10),
    machine: `${processors[0]?.model.trim() ?? "unknown processor"}, ${processors.length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}; ${pinning}`,
    versions: {
      node: process.versions.node,
      ...Object.fromEntries(PACKAGES.map((name) => [name, readVersion(name)])),
    },
    options,
    scenarios,
  };
}

function readVersion(name: string): string {
  const places = [`../node_modules/${name}/package.json`, `../../node_modules/${name}/package.json`];
  const file = places.map((place) => new URL(place, import.meta.url)).find((place) => existsSync(place));
  return file === undefined ? "not found" : JSON.parse(readFileSync(file, "utf8")).version;
}

/** The figures for a terminal. */
export function toTerminalTable({ scenarios }: Results): string {
  const table = new Table({
    head: ["figure", "limit", "goal", "measured", "rounds"],
    colAligns: ["left", "right", "right", "right", "right"],
    style: { head: [], border: [] },
  });
  for (const figure of scenarios.flatMap((scenario) => scenario.figures)) table.push(toCells(figure));
  return table.toString();
}

/** `RESULTS.md`: the figures, and by {@link notes} what bounds each one that misses its goal. */
export function toMarkdown(results: Results, notes: Record<string, string>): string {
  const figures = results.scenarios.flatMap((scenario) => scenario.figures);
  const missed = figures.filter(missesGoal);
  return `# Results

Written by \`npm run bench\`. [How the figures are measured](README.md).

- Date: ${results.date}
- Command: \`${results.command}\`
- Machine: ${results.machine}
- Versions: ${Object.entries(results.versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ")}
- Rounds: ${results.options.rounds}, with windows of ${results.options.seconds} s

× is a multiple of the bare pass-through, unless the figure names another baseline. *Measured* is the median of the
rounds, *rounds* the lowest and the highest.

${toMarkdownTable(["Figure", "Limit", "Goal", "Measured", "Rounds"], figures.map(toCells))}

## Goals that are missed

${missed.length === 0 ? "None." : missed.map((figure) => toNote(figure, notes)).join("\n")}

## Absolute values

They depend on the machine, and are the medians of the rounds.

${toMarkdownTable(
  [
    "Scenario",
    "CPU µs per request",
    "Requests per second",
    "p50 / p99 µs",
    "p50 / p99 µs, one connection",
    "Memory MB",
  ],
  results.scenarios.flatMap(toAbsoluteRows),
)}
`;
}

function missesGoal({ goal, values }: MeasuredFigure): boolean {
  return goal !== undefined && toMedian(values) > goal;
}

function toNote(figure: MeasuredFigure, notes: Record<string, string>): string {
  const { id, title, unit, goal = 0, values } = figure;
  return `- **${title}** (${show(toMedian(values), unit)}, goal ${show(goal, unit)}): ${notes[id] ?? "no note in notes.json."}`;
}

function toCells({ title, unit, limit, goal, values }: MeasuredFigure): string[] {
  const bound = (value: number | undefined): string => (value === undefined ? "" : `≤ ${show(value, unit)}`);
  const range = `${show(Math.min(...values), unit)} to ${show(Math.max(...values), unit)}`;
  const value = toMedian(values);
  const overLimit = limit !== undefined && value > limit ? " over the limit" : "";
  return [title, bound(limit), bound(goal), `${show(value, unit)}${overLimit}`, range];
}

function toAbsoluteRows({ name, rounds = [] }: ScenarioResult): string[][] {
  return (["baseline", "subject"] as const).flatMap((side) => {
    const readings = rounds.map((round) => round[side]);
    const [first] = readings;
    if (first === undefined) return [];
    const at = (field: keyof typeof first): string =>
      Math.round(toMedian(readings.map((reading) => reading[field]))).toLocaleString("en");
    const megabytes = Math.round(toMedian(readings.map((reading) => reading.residentBytes)) / 1e6);
    return [
      [
        side === "baseline" ? `${name}, baseline` : name,
        at("cpu"),
        at("perSecond"),
        `${at("p50")} / ${at("p99")}`,
        `${at("p50Alone")} / ${at("p99Alone")}`,
        String(megabytes),
      ],
    ];
  });
}

function toMarkdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function show(value: number, unit: Unit): string {
  if (unit === "B") return `${Math.round(value)} B`;
  return `${value.toFixed(unit === "×" ? 2 : 1)} ${unit}`;
}
