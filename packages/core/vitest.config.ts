import { defineConfig } from "vitest/config";
import { patience } from "../../tooling/vitest.shared.ts";

/** Tests of what only Node has: real servers, files, `util.inspect`. */
const nodeOnly = ["src/**/*.node.test.ts"];

export default defineConfig({
  test: {
    name: "core",
    projects: [
      { test: { name: "node", ...patience } },
      {
        test: {
          name: "edge",
          environment: "edge-runtime",
          ...patience,
          exclude: [...nodeOnly, "**/node_modules/**"],
        },
      },
    ],
  },
});
