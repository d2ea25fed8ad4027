import type { TestProject } from "vitest/node";
import { startRedis } from "./redis-server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A Redis that is there for the whole run; tests use names of their own in it. */
    redisUrl: string;
  }
}

/** Gives the tests of a project one Redis: that of `KEYBRAKE_TEST_REDIS_URL`, or one started for the run. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env.KEYBRAKE_TEST_REDIS_URL;
  if (given) {
    project.provide("redisUrl", given);
    return undefined;
  }
  const redis = await startRedis();
  project.provide("redisUrl", redis.url);
  return () => redis.remove();
}
