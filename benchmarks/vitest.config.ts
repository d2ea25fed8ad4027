import { defineConfig } from "vitest/config";
import { patience } from "../tooling/vitest.shared.ts";

export default defineConfig({ test: { name: "benchmarks", ...patience } });
