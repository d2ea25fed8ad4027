import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { SandboxRequest } from "@keybrake/sandbox";

/** What must not be seen, and all that was seen. */
export interface Watched {
  /** Vendor credentials and Keybrake tokens. */
  secrets: { vendor: readonly string[]; keybrake: readonly string[] };
  /** The tokens of the vault keys that were issued. */
  vaultKeys: readonly string[];
  /** What callers got, but for the answers that issued keys. */
  answers: readonly unknown[];
  /** Entries, summaries, errors, printed lines. */
  notes: readonly unknown[];
  vendorRequests: readonly Pick<SandboxRequest, "path" | "headers" | "body">[];
}

/** Fails where a credential stands where it must not: every test ends with this. */
export function assertNoLeaks({ secrets, vaultKeys, answers, notes, vendorRequests }: Watched): void {
  const ofTheCaller = [...secrets.keybrake, ...vaultKeys];
  assertNone("a vendor request", toText(vendorRequests), ofTheCaller);
  assertNone("an answer", toText(answers), [...secrets.vendor, ...ofTheCaller]);
  assertNone("an entry or a log", toText(notes), [...secrets.vendor, ...ofTheCaller]);
}

function assertNone(where: string, text: string, values: readonly string[]): void {
  for (const value of values) {
    for (const form of [value, Buffer.from(value).toString("base64")]) {
      assert.ok(!text.includes(form), `${where} holds ${value.slice(0, 12)}…`);
    }
  }
}

function toText(values: readonly unknown[]): string {
  return values
    .map((value) =>
      typeof value === "string" ? value : inspect(value, { depth: 10, maxStringLength: null }),
    )
    .join("\n");
}
