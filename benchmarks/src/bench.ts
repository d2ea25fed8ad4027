/** `npm run bench`: what enforcement costs beside a bare pass-through, see the README of this folder. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openContext } from "./bench-context.ts";
import { pinned, pinSelf } from "./processes.ts";
import { collectResults, toMarkdown, toTerminalTable } from "./report.ts";
import type { RunOptions, ScenarioResult } from "./scenario.ts";
import { scenarios } from "./scenarios.ts";

const names = scenarios.map((scenario) => scenario.name);
const HELP = `Usage: npm run bench -- [options]

  --scenarios NAMES   comma-separated; default: all of
                      ${names.join(", ")}
  --rounds N          default 5
  --seconds N         length of one window, default 1; a round has 4 windows of each proxy, after a warm-up of 2
  --connections N     default 64, and 8 for streaming
  --json              print JSON, with each round's readings
  --profile FOLDER    write CPU profiles of the proxy there
  --out FILE          default benchmarks/RESULTS.md if all scenarios run, else none
  --no-write          only print
  --help
`;

const { values } = parseArgs({
  allowNegative: true,
  options: {
    scenarios: { type: "string", default: names.join(",") },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "1" },
    connections: { type: "string" },
    json: { type: "boolean", default: false },
    profile: { type: "string" },
    out: { type: "string" },
    write: { type: "boolean", default: true },
    help: { type: "boolean", default: false },
  },
});

if (values.help) process.stdout.write(HELP);
else await run();

async function run(): Promise<void> {
  if (process.platform !== "linux") throw new Error("npm run bench reads /proc, so it needs Linux");
  const chosen = values.scenarios.split(",").map((name) => {
    const scenario = scenarios.find((each) => each.name === name);
    if (scenario === undefined)
      throw new Error(`--scenarios: there is no ${name}. Known: ${names.join(", ")}`);
    return scenario;
  });
  const options: RunOptions = {
    rounds: toPositive("--rounds", values.rounds),
    seconds: toPositive("--seconds", values.seconds),
    connections:
      values.connections === undefined ? undefined : toPositive("--connections", values.connections),
  };
  const profiles = values.profile === undefined ? undefined : resolve(values.profile);
  if (profiles !== undefined) await mkdir(profiles, { recursive: true });
  pinSelf();
  const context = await openContext(profiles);
  if (!pinned) context.log("There is no taskset, or only one core: the figures will be noisy.");
  const results: ScenarioResult[] = [];
  try {
    for (const scenario of chosen) {
      context.log(scenario.name);
      results.push(await scenario.run(context, options));
    }
  } finally {
    await context.close();
  }
  const all = collectResults(toCommand(), options, results);
  process.stdout.write(`${values.json ? JSON.stringify(all, null, 2) : toTerminalTable(all)}\n`);
  const out = values.out ?? (chosen.length === scenarios.length ? toFile("../RESULTS.md") : undefined);
  if (values.write && out !== undefined) {
    const notes = JSON.parse(await readFile(toFile("../notes.json"), "utf8")) as Record<string, string>;
    await writeFile(out, toMarkdown(all, notes));
    context.log(`Written to ${out}.`);
  }
}

function toCommand(): string {
  return ["npm run bench", ...(process.argv.length > 2 ? ["--", ...process.argv.slice(2)] : [])].join(" ");
}

function toPositive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${name}: must be a number above 0, not ${text}`);
  return value;
}

function toFile(place: string): string {
  return fileURLToPath(new URL(place, import.meta.url));
}
