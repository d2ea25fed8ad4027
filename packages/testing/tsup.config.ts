import { defineConfig } from "tsup";
import { packageBuild } from "../../tooling/tsup.base.ts";

export default defineConfig(
  packageBuild([
    "src/index.ts",
    "src/vitest.ts",
    "src/adapter-cases.ts",
    "src/key-cache-store-cases.ts",
    "src/remote-work.ts",
  ]),
);
