import { defineConfig } from "vitest/config";

/** Tests of what only Node has: real servers, files, `util.inspect`. */
const nodeOnly = ["src/**/*.node.test.ts"];

export default defineConfig({
  test: {
    name: "core",
    projects: [
      { test: { name: "node" } },
      { test: { name: "edge", environment: "edge-runtime", exclude: [...nodeOnly, "**/node_modules/**"] } },
    ],
  },
});
