import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import {
  getUnpackedDirectory,
  getUnpackedLibraries,
  hasCommand,
  unpackDebianPackages,
} from "./debian-packages.mjs";

/** The server of the private copy; it needs {@link REDIS_LIBRARIES}. */
export const PRIVATE_REDIS = join(getUnpackedDirectory("redis"), "usr/bin/redis-server");

/** For LD_LIBRARY_PATH. */
export const REDIS_LIBRARIES = getUnpackedLibraries("redis");

/** Makes sure that there is a Redis to start. */
export function setUpRedis() {
  if (process.env.KEYBRAKE_TEST_REDIS_URL || hasCommand("redis-server") || existsSync(PRIVATE_REDIS)) return;
  try {
    const directory = unpackDebianPackages("redis", ["redis-tools", "libjemalloc2", "liblzf1"]);
    // Debian's redis-server is a link to this very file, which looks at the name it is started by.
    copyFileSync(join(directory, "usr/bin/redis-check-rdb"), PRIVATE_REDIS);
  } catch (error) {
    console.error(
      `The tests need a Redis server: put redis-server (6.2 or newer) on the PATH, or set KEYBRAKE_TEST_REDIS_URL. ${error.message}`,
    );
    process.exit(1);
  }
}
