import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, inject, it } from "vitest";

const BUILT = fileURLToPath(new URL("../test-support/app/.next", import.meta.url));

describe("next build", () => {
  it("issues no key, although it runs the GET routes with Cache Components", () => {
    const { output, issuedKeys } = inject("build");
    expect(output).toMatch(/Cache Components enabled/);
    expect(output).not.toMatch(/the policy of GET was asked/);
    expect(issuedKeys).toEqual([]);
  });

  it("puts nothing of Keybrake into what browsers load", async () => {
    const entries = await readdir(join(BUILT, "static"), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((file) => join(file.parentPath, file.name));
    const sources = await Promise.all(files.map((file) => readFile(file, "utf8")));
    const loaded = sources.join("\n");
    // The form is in there, and the action's code is not.
    expect(loaded).toContain("Charge");
    expect(loaded).not.toMatch(/KEYBRAKE_|vaultKey|payment_intents|vk_(live|test)_/i);
    expect(loaded).not.toContain(inject("build").token);
  });

  it("writes the Keybrake token to no file", async () => {
    const entries = await readdir(BUILT, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((file) => join(file.parentPath, file.name));
    const token = Buffer.from(inject("build").token);
    const leaks = await Promise.all(
      files.map(async (file) => ((await readFile(file)).includes(token) ? [file] : [])),
    );
    expect(leaks.flat()).toEqual([]);
  });
});
