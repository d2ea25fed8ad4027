import { styleText } from "node:util";
import Table from "cli-table3";
import type { AgentReport, FirstAct, SecondAct } from "./acts.ts";
import type { Check } from "./verdict.ts";

const dollars = (cents: number): string => `$${(cents / 100).toFixed(2)}`;

/** The table a person reads when the demo is over. */
export function toReport(first: FirstAct, second: SecondAct, checks: readonly Check[]): string {
  const table = new Table({
    head: ["", "Alice's runaway", "Bob's agent", "Alice's revoked run"],
    colAligns: ["left", "right", "right", "right"],
    style: { head: [], border: [] },
  });
  const reports = [first.runaway, first.neighbour, second.report];
  const row = (name: string, read: (report: AgentReport) => string | number): unknown =>
    table.push([name, ...reports.map((report) => String(read(report)))]);
  row("tried", ({ tally }) => tally.tried);
  row("charged", ({ tally }) => tally.charged);
  row("refused", ({ tally }) => tally.refused);
  row("failed otherwise", ({ tally }) => tally.failed);
  row("dollars at the vendor", ({ vendor }) => dollars(vendor.cents));
  row("dollars in the audit log", ({ audit }) => dollars(audit.cents));
  row("audit entries", ({ audit }) => audit.entries);
  const lines = checks.map(
    ({ promise, held }) => `${held ? styleText("green", "✔") : styleText("red", "✘")} ${promise}`,
  );
  return `${table}\n\n${lines.join("\n")}\n`;
}
