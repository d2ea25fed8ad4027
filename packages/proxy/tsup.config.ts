import { cp } from "node:fs/promises";
import { defineConfig } from "tsup";
import { packageBuild } from "../../tooling/tsup.base.ts";

export default defineConfig({
  ...packageBuild(["src/index.ts", "src/testing.ts"]),
  // The scripts of the ledger in Redis are read beside the code that runs them, here as in the source.
  onSuccess: () => cp("src/stores/redis/lua", "dist/lua", { recursive: true }),
});
