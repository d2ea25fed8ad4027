/** Holds the built `@keybrake/core` to a size, since edge functions load it at every cold start. */
import { fileURLToPath } from "node:url";
import { measureBundle } from "./bundle-size.ts";

const MOST_BYTES = 9_000;

const contents = 'export { createKeybrake, withVaultKey } from "@keybrake/core";';
const bytes = await measureBundle(contents, fileURLToPath(new URL(".", import.meta.url)));
console.log(`@keybrake/core, bundled, minified and gzipped: ${bytes} bytes, at most ${MOST_BYTES}`);
if (bytes > MOST_BYTES) process.exitCode = 1;
