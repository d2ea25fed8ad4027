import { defineConfig } from "tsup";
import { packageBuild } from "../../tooling/tsup.base.ts";

export default defineConfig(
  packageBuild([
    "src/index.ts",
    "src/protocol.ts",
    "src/stripe.ts",
    "src/twilio.ts",
    "src/resend.ts",
    "src/shopify.ts",
  ]),
);
