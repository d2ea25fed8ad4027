import { cp } from "node:fs/promises";
import { defineConfig } from "tsup";
import { packageBuild } from "../../tooling/tsup.base.ts";

export default defineConfig({
  ...packageBuild(["src/index.ts", "src/cases.ts", "src/law.ts"]),
  // The code that runs the scripts reads them from beside itself, in the build as in the source.
  onSuccess: () => cp("src/redis/lua", "dist/lua", { recursive: true }),
});
