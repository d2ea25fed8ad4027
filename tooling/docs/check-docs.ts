/**
 * Checks the documents: their TypeScript by the compiler, their links by the files. `npm run check:docs`; exit code 1
 * where something is wrong. The packages must have been built.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { checkExamples } from "./check-examples.ts";
import { checkLinks } from "./check-links.ts";
import { readMarkdown } from "./read-markdown.ts";

const root = join(import.meta.dirname, "../..");
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
  cwd: root,
  encoding: "utf8",
});
const documents = files
  .split("\n")
  .filter((file) => file !== "" && !/^\.changeset\/|CHANGELOG\.md$/.test(file))
  .map((file) => readMarkdown(join(root, file)));
const examples = documents.flatMap((document) => document.examples);
const faults = [...checkLinks(documents), ...checkExamples(root, examples)];

for (const fault of faults) console.error(fault);
console.log(`${documents.length} documents, ${examples.length} examples: ${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
