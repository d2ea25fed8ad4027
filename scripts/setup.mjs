// Brings what npm does not: today a Redis server for the tests. Runs before `npm test`, on any Node, and changes
// nothing outside node_modules. KEYBRAKE_TEST_REDIS_URL, or a redis-server on the PATH, is used instead of its copy.
import { setUpRedis } from "./set-up-redis.mjs";

setUpRedis();
