import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { checkExamples } from "./check-examples.ts";
import { checkLinks } from "./check-links.ts";
import { readMarkdown } from "./read-markdown.ts";

const root = join(import.meta.dirname, "../..");
let folder: string;

// Inside the package, since an example imports as the package of its document does.
beforeAll(() => {
  folder = mkdtempSync(join(import.meta.dirname, ".docs-check-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

it("finds an example that does not compile, at its line of the document", () => {
  const file = write(
    "examples.md",
    [
      "# Examples",
      "```ts",
      'import { own } from "./own.js";',
      "own(1 satisfies number);",
      "```",
      "<!-- given: const amount = 1; -->",
      "",
      "```ts",
      "amount.toFixed();",
      "amount.refund();",
      "```",
      "```sh",
      "not typescript",
      "```",
    ].join("\n"),
  );
  const faults = checkExamples(root, readMarkdown(file).examples);
  expect(faults).toEqual([expect.stringMatching(/examples\.md:10: error TS2339: .*'refund'/)]);
});

it("finds links to files and headings that there are not", () => {
  const other = write("other.md", "# Here it is\n");
  const file = write(
    "links.md",
    [
      "# Own heading",
      "[file](other.md), [heading](other.md#here-it-is), [own](#own-heading), [web](https://example.com/x#y)",
      "[gone](gone.md)",
      "[no such heading](other.md#elsewhere)",
    ].join("\n"),
  );
  expect(checkLinks([readMarkdown(other), readMarkdown(file)])).toEqual([
    `${file}:3: there is no gone.md`,
    `${file}:4: there is no heading #elsewhere in other.md`,
  ]);
});
