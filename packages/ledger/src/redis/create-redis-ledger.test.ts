import { inject, it } from "vitest";
import { createRedisStores } from "../../test-support/redis-stores.ts";
import { storeCases } from "../cases.ts";

it.each(storeCases)("$name", ({ run }) => run(createRedisStores({ url: inject("redisUrl") })));
