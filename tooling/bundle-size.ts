import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** Bytes of a module, bundled with all it imports, minified and gzipped. */
export async function measureBundle(contents: string, resolveDir: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    write: false,
  });
  return gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length;
}
