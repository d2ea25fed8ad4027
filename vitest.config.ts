import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: ["packages/*", "examples/*", "benchmarks", "tooling"],
    // vitest 5 caches transforms without looking at tsconfig, so an edited tsconfig would go unnoticed
    fsModuleCache: false,
  },
});
