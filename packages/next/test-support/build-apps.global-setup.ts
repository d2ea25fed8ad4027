import type { TestProject } from "vitest/node";
import { buildApp } from "./next-app.ts";
import { startKeybrake } from "./start-keybrake.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** What building the apps printed, the keys that were issued meanwhile, and the Keybrake token they were built with. */
    build: { output: string; issuedKeys: string[]; token: string };
  }
}

/** Builds the apps once for all tests, with a real Keybrake to issue keys, were anybody to ask. */
export default async function setup(project: TestProject): Promise<void> {
  const keybrake = await startKeybrake();
  const builds = ["app", "edge-app"].map((name) => buildApp(name, keybrake.environment));
  // Where one fails, the other is not left running.
  await Promise.allSettled(builds);
  const { data } = await keybrake.client.listKeys();
  await keybrake.close();
  project.provide("build", {
    output: (await Promise.all(builds)).join("\n"),
    issuedKeys: data.map(({ label }) => label),
    token: keybrake.environment.KEYBRAKE_TOKEN,
  });
}
