import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { serve } from "@hono/node-server";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { app } from "./app.ts";

/** The app, up and listening. */
export interface RunningApp {
  url: string;
  close(): Promise<void>;
}

/** What the app reads from its environment: all that it needs to issue keys. */
export interface AppEnvironment {
  KEYBRAKE_TOKEN: string;
  KEYBRAKE_API_URL: string;
}

/** The app in this process. */
export async function startOnNode(environment: AppEnvironment): Promise<RunningApp> {
  Object.assign(process.env, environment);
  const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }) as Server;
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** The app as a Worker, in the runtime of Cloudflare, bundled as `wrangler` does it. */
export async function startOnWorkerd(environment: AppEnvironment): Promise<RunningApp> {
  const bundle = await build({
    entryPoints: [fileURLToPath(new URL("./worker.ts", import.meta.url))],
    bundle: true,
    write: false,
    format: "esm",
    conditions: ["workerd", "keybrake-source"],
  });
  const worker = new Miniflare({
    modules: true,
    script: bundle.outputFiles[0]?.text ?? "",
    compatibilityDate: "2026-07-01",
    // The first puts the bindings into process.env, the second tells the app of callers who leave.
    compatibilityFlags: ["nodejs_compat", "enable_request_signal"],
    bindings: { ...environment },
    // No look-up of where on earth this is.
    cf: false,
    host: "127.0.0.1",
  });
  const url = await worker.ready;
  return { url: url.origin, close: () => worker.dispose() };
}
