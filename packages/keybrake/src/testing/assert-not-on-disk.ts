import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";

/** No file of a folder, or of those in it, holds a secret in clear. */
export async function assertNotOnDisk(directory: string, secrets: readonly string[]): Promise<void> {
  const files = await readdir(directory, { recursive: true, withFileTypes: true });
  const names = files.filter((file) => file.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  expect(names, "there are files to look into").not.toEqual([]);
  for (const name of names) {
    const bytes = await readFile(name);
    for (const secret of secrets) expect(bytes.includes(secret), `a secret in ${name}`).toBe(false);
  }
}
