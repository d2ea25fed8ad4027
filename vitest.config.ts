import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: ["packages/*", "examples/*", "tooling"],
    // vitest 5 caches transforms without looking at tsconfig, so an edited tsconfig would go unnoticed
    fsModuleCache: false,
    // Many tests wait for processes of their own, so one worker a core would leave a small machine idle.
    maxWorkers: Math.max(3, availableParallelism() - 1),
  },
});
