import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { listImports } from "../list-imports.ts";
import { type CodeLines, countCodeLines } from "./count-code-lines.ts";

/** What an adapter may be at most, in lines of code that run. */
export const MOST_RUNNING_LINES = 60;

/** The packages that place `withVaultKey` inside a host, and what each may build on besides core. */
const ADAPTERS: readonly { name: string; buildsOn: readonly string[]; isLimited: boolean }[] = [
  { name: "express", buildsOn: [], isLimited: true },
  { name: "web", buildsOn: [], isLimited: true },
  { name: "next", buildsOn: ["@keybrake/web"], isLimited: true },
  { name: "ai", buildsOn: [], isLimited: true },
  // Nest wants a module, decorators, an interceptor and a service, each in a file of its own.
  { name: "nestjs", buildsOn: [], isLimited: false },
  { name: "bullmq", buildsOn: [], isLimited: true },
  { name: "deno", buildsOn: [], isLimited: true },
];

export interface AdapterStats {
  name: string;
  lines: CodeLines;
  /** `null` where the adapter has no limit. */
  mostRunning: number | null;
  files: { file: string; lines: CodeLines }[];
  /** Imports that an adapter may not have. */
  strayImports: { file: string; specifier: string }[];
}

/** Counts the code of each adapter, and finds what it imports of ours by any other than the public doors. */
export function measureAdapters(root: string): AdapterStats[] {
  return ADAPTERS.map(({ name, buildsOn, isLimited }) => {
    const source = join(root, "packages", name, "src");
    const files = listSources(source).map((path) => ({ path, text: readFileSync(path, "utf8") }));
    const counted = files.map(({ path, text }) => ({
      file: relative(source, path),
      lines: countCodeLines(text),
    }));
    const isAllowed = createImportRule(root, source, buildsOn);
    return {
      name,
      lines: {
        all: counted.reduce((sum, { lines }) => sum + lines.all, 0),
        running: counted.reduce((sum, { lines }) => sum + lines.running, 0),
      },
      mostRunning: isLimited ? MOST_RUNNING_LINES : null,
      files: counted,
      strayImports: files.flatMap(({ path, text }) =>
        listImports(text)
          .filter((specifier) => !isAllowed(path, specifier))
          .map((specifier) => ({ file: relative(source, path), specifier })),
      ),
    };
  });
}

/** What is wrong with an adapter, in words. */
export function listFaults({ name, lines, mostRunning, strayImports }: AdapterStats): string[] {
  const tooLong =
    mostRunning !== null && lines.running > mostRunning
      ? [`@keybrake/${name} has ${lines.running} lines of code that run, more than ${mostRunning}`]
      : [];
  return [
    ...tooLong,
    ...strayImports.map(({ file, specifier }) => `@keybrake/${name}: ${file} imports "${specifier}"`),
  ];
}

function listSources(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$|\.d\.ts$/.test(file))
    .filter((file) => !file.split(sep).includes("testing"))
    .map((file) => join(directory, file))
    .sort();
}

/** An adapter is made of its own files, its host, the doors of core, and what it says it builds on. */
function createImportRule(
  root: string,
  source: string,
  buildsOn: readonly string[],
): (path: string, specifier: string) => boolean {
  const core = JSON.parse(readFileSync(join(root, "packages/core/package.json"), "utf8")) as {
    exports: Record<string, unknown>;
  };
  const doors = Object.keys(core.exports).map((door) => `@keybrake/core${door.slice(1)}`);
  const allowed = new Set([...doors, ...buildsOn]);
  return (path, specifier) => {
    if (specifier.startsWith(".")) return resolve(dirname(path), specifier).startsWith(source + sep);
    return !specifier.startsWith("@keybrake/") || allowed.has(specifier);
  };
}
