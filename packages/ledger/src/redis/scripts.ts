import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { MAX_MICRO_USD } from "@keybrake/core/protocol";
import * as windows from "../decide/constants.ts";

// In this order: each may use those before it.
const RULES = [
  "rows",
  "accounts",
  "freezes",
  "keys",
  "limits",
  "reservations",
  "entries",
  "ending",
  "answers",
] as const;

const VERBS = [
  "append-entry",
  "change-key",
  "create-key",
  "end-overdue",
  "extend-key",
  "forget",
  "freeze",
  "get-budget",
  "get-key",
  "list-budgets",
  "list-entries",
  "list-in-flight",
  "lift-freeze",
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

/** Reads the scripts: the constants of the money rules, the rules that all verbs share, and then the verb. */
export function readScripts(): Record<ScriptName, Script> {
  const constants = Object.entries({ ...windows, MAX_MICRO_USD });
  const rules = [
    ...constants.map(([name, value]) => `local ${name} = ${value}`),
    ...RULES.map((name) => read(`rules/${name}`)),
  ].join("\n");
  const scripts = VERBS.map((verb): [ScriptName, Script] => {
    const text = `${rules}\n${read(`verbs/${verb}`)}`;
    return [verb, { text, sha: createHash("sha1").update(text).digest("hex") }];
  });
  return Object.fromEntries(scripts) as Record<ScriptName, Script>;
}

function read(name: string): string {
  return readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), "utf8");
}
