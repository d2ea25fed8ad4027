import type { INestApplication, ModuleMetadata } from "@nestjs/common";
import { Test } from "@nestjs/testing";
import { onTestFinished } from "vitest";
import { KeybrakeModule, type KeybrakeModuleOptions } from "../src/index.ts";
import type { Platform } from "./platforms.ts";

/** A Nest application on a port. */
export interface RunningNest {
  app: INestApplication;
  /** Calls it over HTTP. */
  call(path: string, init?: RequestInit): Promise<Response>;
}

/** Starts an application with `KeybrakeModule` and the test's own parts; it ends with the test. */
export async function startNest(
  { createAdapter }: Pick<Platform, "createAdapter">,
  parts: ModuleMetadata,
  options: KeybrakeModuleOptions = {},
  configure: (app: INestApplication) => void = () => {},
): Promise<RunningNest> {
  const imports = [KeybrakeModule.forRoot(options), ...(parts.imports ?? [])];
  const module = await Test.createTestingModule({ ...parts, imports }).compile();
  const app = module.createNestApplication(createAdapter(), { forceCloseConnections: true, logger: false });
  configure(app);
  return listen(app);
}

/** Puts an application on a port until the end of the test. */
export async function listen(app: INestApplication): Promise<RunningNest> {
  await app.listen(0, "127.0.0.1");
  onTestFinished(() => app.close());
  const url = await app.getUrl();
  return { app, call: (path, init) => fetch(`${url}${path}`, init) };
}
