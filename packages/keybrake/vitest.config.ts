import { defineConfig } from "vitest/config";

// Every test runs the built program as a process of its own, which takes its time on a busy machine.
export default defineConfig({ test: { name: "keybrake", testTimeout: 60_000 } });
