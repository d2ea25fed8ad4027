import { defineConfig } from "tsup";

// Node strips types but does not run decorators, neither those of this app nor those of @keybrake/nestjs.
export default defineConfig({
  entry: ["src/start.ts"],
  format: ["esm"],
  target: "node24",
  noExternal: ["@keybrake/nestjs"],
  esbuildOptions(options) {
    options.conditions = ["keybrake-source"];
  },
});
