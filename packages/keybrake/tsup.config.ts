import { defineConfig } from "tsup";
import { packageBuild } from "../../tooling/tsup.base.ts";

// A program, not a library: nothing imports it, so it has no declarations.
export default defineConfig({ ...packageBuild(["src/main.ts"]), dts: false });
