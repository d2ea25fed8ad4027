import { styleText } from "node:util";
import Table from "cli-table3";
import type { AgentReport, BudgetAct, PlainKeyAct, RevocationAct } from "./acts.ts";
import type { Check } from "./verdict.ts";

/** What all acts of the demo found. */
export interface Results {
  plainKey: PlainKeyAct;
  budget: BudgetAct;
  revocation: RevocationAct;
}

const counts = new Intl.NumberFormat("en-US");
const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });

const toCount = (count: number): string => counts.format(count);
const toDollars = (cents: number): string => dollars.format(cents / 100);

/** Returns the tables and the checks that the demo prints at its end. */
export function toReport(results: Results, checks: readonly Check[]): string {
  const lines = checks.map(
    ({ promise, held }) => `${held ? styleText("green", "✔") : styleText("red", "✘")} ${promise}`,
  );
  return [
    "The same runaway agent, with and without Keybrake:",
    compareSpending(results),
    "",
    "Every agent that used a vault key:",
    listAgents(results),
    "",
    ...lines,
    "",
  ].join("\n");
}

function compareSpending({ plainKey, budget: { budgetUsd, runaway } }: Results): string {
  const table = createTable(["", "Plain Stripe key", `Vault keys, $${budgetUsd} budget`]);
  table.push(
    ["Charges tried", toCount(plainKey.tally.tried), toCount(runaway.tally.tried)],
    ["Refused by Keybrake", "-", toCount(runaway.tally.refused)],
    ["Charged at Stripe", toCount(plainKey.vendor.charged), toCount(runaway.vendor.charged)],
    ["Spent at Stripe", toDollars(plainKey.vendor.cents), toDollars(runaway.vendor.cents)],
  );
  return table.toString();
}

function listAgents({ budget: { runaway, neighbor }, revocation: { report } }: Results): string {
  const table = createTable(["", "Alice's runaway", "Bob's agent", "Alice's revoked key"]);
  const addRow = (name: string, read: (agent: AgentReport) => string): unknown =>
    table.push([name, ...[runaway, neighbor, report].map(read)]);
  addRow("Charges tried", ({ tally }) => toCount(tally.tried));
  addRow("Refused by Keybrake", ({ tally }) => toCount(tally.refused));
  addRow("Failed otherwise", ({ tally }) => toCount(tally.failed));
  addRow("Charged at Stripe", ({ vendor }) => toCount(vendor.charged));
  addRow("Spent at Stripe", ({ vendor }) => toDollars(vendor.cents));
  addRow("Spent in the audit log", ({ audit }) => toDollars(audit.cents));
  addRow("Audit entries", ({ audit }) => toCount(audit.entries));
  return table.toString();
}

function createTable(head: string[]): Table.Table {
  return new Table({
    head,
    colAligns: head.map((_, index) => (index === 0 ? "left" : "right")),
    style: { head: [], border: [], compact: true },
  });
}
