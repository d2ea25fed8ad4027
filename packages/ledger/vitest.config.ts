import { defineConfig } from "vitest/config";
import { patience } from "../../tooling/vitest.shared.ts";

export default defineConfig({
  test: {
    name: "ledger",
    // No test changes what another could see: each has a proxy, a sandbox and a store of its own. So the modules are
    // loaded once a worker, not once a file, which is a third of the time.
    isolate: false,
    globalSetup: "../../tooling/redis.global-setup.ts",
    ...patience,
  },
});
