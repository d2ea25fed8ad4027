import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ERROR_STATUS } from "@keybrake/core/protocol";
import { expect, it } from "vitest";
import { toCallerAnswer } from "../../packages/core/src/errors.ts";

const root = join(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/errors.md"), "utf8");
const entries = page.split(/^## /m).slice(1);
const explained = entries
  .map((entry) => entry.slice(0, entry.indexOf("\n")))
  .filter((heading) => /^[a-z_]+$/.test(heading));

/** These have codes of the vendors' own, or codes that nobody outside sees. */
const OTHERS = new Set(["ledger", "sandbox", "testing", "vendors"]);
const packages = readdirSync(join(root, "packages")).filter((name) => !OTHERS.has(name));

/** Every code that the source of the SDK and of the proxy writes. */
const written = packages
  .map((name) => join(root, "packages", name, "src"))
  .flatMap((folder) =>
    readdirSync(folder, { encoding: "utf8", recursive: true }).map((file) => join(folder, file)),
  )
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
  .flatMap((file) => [...readFileSync(file, "utf8").matchAll(/\bcode: "([a-z_]+)"/g)])
  .map(([, code = ""]) => code);

const codes = new Set([...Object.keys(ERROR_STATUS), ...written]);
const answers = [...codes].map((code) => toCallerAnswer(code).error);

it("explains every code that the SDK and the proxy can produce, and no other", () => {
  expect(written).toEqual(expect.arrayContaining(["missing_token", "vault_key_unavailable"]));
  expect(explained.toSorted()).toEqual([...new Set([...codes, ...answers])].toSorted());
});

it.each(Object.entries(ERROR_STATUS))("gives the status of %s", (code, status) => {
  expect(entries.find((entry) => entry.startsWith(`${code}\n`))).toContain(`**${status}`);
});
