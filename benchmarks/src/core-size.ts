import { execFileSync } from "node:child_process";
import { measureBundle } from "../../tooling/bundle-size.ts";
import { toPath } from "./processes.ts";
import type { Scenario } from "./scenario.ts";

const IMPORTS = 10;
const folder = toPath(".");

/** How large `@keybrake/core` is in a bundle, and how long its import takes in a new process. */
export const coreSize: Scenario = {
  name: "core-size",
  async run() {
    const contents = 'export { createKeybrake, withVaultKey } from "@keybrake/core";';
    const size = (await measureBundle(contents, folder)) / 1000;
    return {
      name: "core-size",
      figures: [
        {
          id: "core-size",
          title: "@keybrake/core (createKeybrake, withVaultKey), min+gzip",
          unit: "kB",
          limit: 12,
          goal: 9,
          values: [size],
        },
        {
          id: "core-import",
          title: "@keybrake/core, time of its import",
          unit: "ms",
          values: Array.from({ length: IMPORTS }, measureImport),
        },
      ],
    };
  },
};

function measureImport(): number {
  const code =
    'const from = performance.now(); await import("@keybrake/core"); console.log(performance.now() - from);';
  const args = ["--input-type=module", "--eval", code];
  return Number(execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" }));
}
