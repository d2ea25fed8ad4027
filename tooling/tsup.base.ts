import type { Options } from "tsup";

/** The one build of every package: ESM and declarations. `entry` lists the public doors. */
export function packageBuild(entry: string[]): Options {
  return {
    entry,
    format: ["esm"],
    target: "node20",
    dts: true,
    sourcemap: true,
    clean: true,
    splitting: true,
  };
}
