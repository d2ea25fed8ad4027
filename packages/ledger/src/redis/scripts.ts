import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

// In this order: each may use those before it.
const RULES = ["rows", "accounts", "keys", "limits", "reservations", "entries", "ending", "answers"] as const;

const VERBS = [
  "append-entry",
  "create-key",
  "end-overdue",
  "extend-key",
  "forget",
  "get-budget",
  "get-key",
  "list-budgets",
  "list-entries",
  "list-in-flight",
  "list-keys",
  "put-budget",
  "reserve",
  "resettle",
  "revoke-keys",
  "settle",
  "spend-unknown",
] as const;

/** A step of the ledger: the name of its script. */
export type ScriptName = (typeof VERBS)[number];

/** A script as the server knows it. */
export interface Script {
  text: string;
  sha: string;
}

/** Reads the scripts: the rules that all verbs share, and then the verb. */
export function readScripts(): Record<ScriptName, Script> {
  const rules = RULES.map((name) => read(`rules/${name}`)).join("\n");
  const scripts = VERBS.map((verb): [ScriptName, Script] => {
    const text = `${rules}\n${read(`verbs/${verb}`)}`;
    return [verb, { text, sha: createHash("sha1").update(text).digest("hex") }];
  });
  return Object.fromEntries(scripts) as Record<ScriptName, Script>;
}

function read(name: string): string {
  return readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), "utf8");
}
