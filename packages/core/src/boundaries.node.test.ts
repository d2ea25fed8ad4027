// Reads the source files.
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const source = new URL("./", import.meta.url);
const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(
  (file) => file.endsWith(".ts") && !file.endsWith(".test.ts"),
);

/** The modules a file imports or re-exports from, dynamic imports too. */
function importsOf(file: string): string[] {
  const text = readFileSync(new URL(file, source), "utf8").replace(/^\s*\*.*$/gm, "");
  return [...text.matchAll(/\b(?:from|import|require)\s*\(?\s*["']([^"']+)["']/g)].map(
    ([, name = ""]) => name,
  );
}

it("finds the imports", () => {
  expect(files).toContain("create-keybrake.ts");
  expect(importsOf("protocol/key.ts")).toContain("zod/mini");
  expect(importsOf("create-keybrake.ts")).toContain("./vault-key.ts");
});

it.each(files)("%s needs nothing outside, so that it runs anywhere", (file) => {
  const outside = importsOf(file).filter((name) => !name.startsWith("."));
  // The schemas are for servers: to check every field costs more than a request does, and makes a bundle twice as large.
  expect(outside).toEqual(file.startsWith("protocol/") && outside.length > 0 ? ["zod/mini"] : []);
});
