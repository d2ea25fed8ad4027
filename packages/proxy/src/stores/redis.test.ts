import { inject, it } from "vitest";
import { createRedisStores } from "../testing/redis-stores.ts";
import { storeCases } from "./store-cases.ts";

it.each(storeCases)("$name", ({ run }) => run(createRedisStores({ url: inject("redisUrl") })));
