import { randomUUID } from "node:crypto";
import { inject, it } from "vitest";
import { createRedisStore } from "./redis.ts";
import { storeCases } from "./store-cases.ts";

it.each(storeCases)("$name", ({ run }) =>
  run((clock) => createRedisStore({ url: inject("redisUrl"), prefix: randomUUID(), clock })),
);
