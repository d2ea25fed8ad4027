/**
 * How large the adapters are, and what they import: `npm run stats [-- --json]`. Lines that run are what is left
 * without comments and types. Exit code 1 where an adapter has too many, or goes around the public doors.
 */
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { listFaults, measureAdapters } from "./measure-adapters.ts";

const { values } = parseArgs({ options: { json: { type: "boolean", default: false } } });
const root = new URL("../..", import.meta.url).pathname;
const adapters = measureAdapters(root);
const faults = adapters.flatMap(listFaults);

if (values.json) console.log(JSON.stringify({ adapters, faults }, null, 2));
else {
  const table = new Table({
    head: ["adapter", "code lines", "that run", "at most", "files (lines that run)"],
    colAligns: ["left", "right", "right", "right", "left"],
    style: { head: [], border: [] },
  });
  for (const { name, lines, mostRunning, files } of adapters) {
    const listed = files.map((each) => `${each.file} ${each.lines.running}`).join("\n");
    table.push([`@keybrake/${name}`, lines.all, lines.running, mostRunning ?? "", listed]);
  }
  console.log(table.toString());
  for (const fault of faults) console.error(fault);
}
process.exitCode = faults.length === 0 ? 0 : 1;
