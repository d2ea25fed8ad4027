import { createKeybrake } from "@keybrake/core";
import { startReferenceProxy } from "@keybrake/proxy/testing";
import { startStripeSandbox } from "@keybrake/sandbox";
import type { TestProject } from "vitest/node";
import { buildApp } from "./next-app.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** What building the apps printed, and how many keys were issued meanwhile. */
    build: { output: string; issuedKeys: number };
  }
}

/** Builds the apps once for all tests, with a real Keybrake to issue keys, were anybody to ask. */
export default async function setup(project: TestProject): Promise<void> {
  const sandbox = await startStripeSandbox();
  const reference = await startReferenceProxy(sandbox);
  const { token, apiUrl } = reference.keybrake.options;
  const environment = { KEYBRAKE_TOKEN: token, KEYBRAKE_API_URL: apiUrl };
  try {
    const outputs = await Promise.all([buildApp("app", environment), buildApp("edge-app", environment)]);
    const { data } = await createKeybrake({ token, apiUrl }).listKeys();
    project.provide("build", { output: outputs.join("\n"), issuedKeys: data.length });
  } finally {
    await reference.close();
    await sandbox.close();
  }
}
