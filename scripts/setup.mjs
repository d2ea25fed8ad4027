// Brings what npm does not: a Redis server and Python packages for the tests. Runs before `npm test`, on any Node,
// and changes nothing outside node_modules. What is on the PATH already is used as it is.
import { setUpPython } from "./set-up-python.mjs";
import { setUpRedis } from "./set-up-redis.mjs";

setUpRedis();
setUpPython();
