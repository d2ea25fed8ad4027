import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ERROR_STATUS } from "@keybrake/core/protocol";
import { expect, it } from "vitest";

/** Codes that only the SDK produces. */
const SDK_CODES = ["missing_token", "vault_key_unavailable"];

const page = readFileSync(join(import.meta.dirname, "../../docs/errors.md"), "utf8");
const entries = page.split(/^## /m).slice(1);

it("explains every code, and no other", () => {
  const explained = entries.map((entry) => entry.slice(0, entry.indexOf("\n")));
  expect(explained.toSorted()).toEqual([...Object.keys(ERROR_STATUS), ...SDK_CODES].toSorted());
});

it.each(Object.entries(ERROR_STATUS))("gives the status of %s", (code, status) => {
  expect(entries.find((entry) => entry.startsWith(`${code}\n`))).toContain(`**${status}`);
});
