import { defineConfig } from "vitest/config";
import { patience } from "../../tooling/vitest.shared.ts";

export default defineConfig({
  test: {
    name: "ledger",
    // No test changes what another could see: each has a ledger of its own. So the modules are loaded once per worker,
    // not once per file.
    isolate: false,
    globalSetup: "../../tooling/redis.global-setup.ts",
    ...patience,
  },
});
