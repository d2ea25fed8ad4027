// What JSR gets and what npm gets are one package.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { DENO } from "../../../tooling/runtimes.ts";

const root = new URL("../", import.meta.url);
const read = async (name: string) => JSON.parse(await readFile(new URL(name, root), "utf8"));

it("jsr.json says what package.json says", async () => {
  const [npm, jsr] = await Promise.all([read("package.json"), read("jsr.json")]);
  const { "./package.json": _, ...doors } = npm.exports as Record<string, { "keybrake-source": string }>;
  expect(jsr).toMatchObject({
    name: npm.name,
    version: npm.version,
    license: npm.license,
    exports: Object.fromEntries(
      Object.entries(doors).map(([door, { "keybrake-source": source }]) => [door, source]),
    ),
    imports: Object.fromEntries(
      Object.entries(npm.peerDependencies).map(([name, range]) => [name, `npm:${name}@${range}`]),
    ),
  });
});

it("can be published: JSR takes the sources as they are, and gets no tests", async () => {
  const { stderr } = await promisify(execFile)(
    DENO,
    // The types are checked by tsc: Deno's check wants the declarations of a published @keybrake/core.
    ["publish", "--dry-run", "--allow-dirty", "--no-check", "--no-remote"],
    { cwd: fileURLToPath(root), env: { ...process.env, NO_COLOR: "1" } },
  );
  expect(stderr).toContain("Success");
  const files = [...stderr.matchAll(/packages\/deno\/(\S+) \(/g)].map(([, file]) => file);
  expect(files).toEqual(expect.arrayContaining(["jsr.json", "README.md", "src/index.ts"]));
  expect(files.filter((file) => /test/.test(file ?? ""))).toEqual([]);
});
