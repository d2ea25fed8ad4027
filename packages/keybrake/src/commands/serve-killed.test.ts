import { it, onTestFinished } from "vitest";
import { startRedis } from "../../../../tooling/redis-server.ts";
import { expectToSurviveKills } from "../testing/kill-nine.ts";
import { makeFolder } from "../testing/start-cli.ts";

it("keeps its books in SQLite through ten kills under load", async () => {
  const directory = await makeFolder();
  await expectToSurviveKills({ store: "sqlite:./keybrake.db", cwd: directory, directory });
});

it("keeps its books in Redis through ten kills under load", async () => {
  const redis = await startRedis({ args: ["--appendonly", "yes"] });
  onTestFinished(() => redis.remove());
  await expectToSurviveKills({ store: redis.url, directory: redis.directory });
});
