import { defineConfig } from "vitest/config";

export default defineConfig({ test: { name: "example-express-agent", testTimeout: 180_000 } });
