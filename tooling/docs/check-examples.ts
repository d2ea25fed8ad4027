import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { listImports } from "../list-imports.ts";
import type { Example } from "./read-markdown.ts";

const FOLDER = ".docs-check";

/**
 * Type-checks examples as modules of the package that their document belongs to, so that they import as its readers
 * do. Gives the errors, by the lines of the documents.
 *
 * @param root where the compiler is, and the base configuration
 */
export function checkExamples(root: string, examples: readonly Example[]): string[] {
  const byPackage = Map.groupBy(examples, ({ file }) => findPackage(file));
  return [...byPackage].flatMap(([directory, ofPackage]) => checkPackage(root, directory, ofPackage));
}

function findPackage(file: string): string {
  let directory = dirname(file);
  while (!existsSync(join(directory, "package.json"))) directory = dirname(directory);
  return directory;
}

function checkPackage(root: string, directory: string, examples: readonly Example[]): string[] {
  const folder = join(directory, FOLDER);
  mkdirSync(folder, { recursive: true });
  try {
    const names = examples.map(({ extension }, index) => `example-${index}.${extension}`);
    examples.forEach(({ code, given }, index) => {
      // In front of it, and on one line, so that the lines of the block keep their distance.
      const preamble = given.replaceAll("\n", " ");
      writeFileSync(join(folder, names[index] ?? ""), `${preamble}\n${code}\nexport {};\n`);
    });
    writeFileSync(join(folder, "readers-own.d.ts"), declareOwnModules(examples));
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify(toConfig(root, ["readers-own.d.ts", ...names])),
    );
    const { stdout } = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", folder, "--pretty", "false"], {
      cwd: folder,
      encoding: "utf8",
    });
    return stdout.split("\n").flatMap((line) => toFault(root, line, examples));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A relative import names a file of the reader's, which can be anything. */
function declareOwnModules(examples: readonly Example[]): string {
  const own = examples
    .flatMap(({ code, given }) => listImports(`${given}\n${code}`))
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => `declare module "*/${basename(specifier)}";`);
  return [...new Set(own)].join("\n");
}

function toConfig(root: string, files: string[]): object {
  return {
    extends: join(root, "tooling/tsconfig.base.json"),
    compilerOptions: {
      noUnusedLocals: false,
      noUnusedParameters: false,
      // What Nest's readers write, and what runtimes other than Node have.
      experimentalDecorators: true,
      erasableSyntaxOnly: false,
      lib: ["es2024", "esnext.disposable", "dom", "dom.iterable"],
      jsx: "react-jsx",
    },
    files,
  };
}

/** Continued lines of a message belong to the fault above them, and are left out. */
function toFault(root: string, line: string, examples: readonly Example[]): string[] {
  const found = /example-(\d+)\.tsx?\((\d+),\d+\): (.*)/.exec(line);
  const example = examples[Number(found?.[1])];
  if (!found || !example) return line.startsWith("error ") ? [line] : [];
  return [`${relative(root, example.file)}:${example.line + Number(found[2]) - 2}: ${found[3]}`];
}
