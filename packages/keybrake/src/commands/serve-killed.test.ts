import { it } from "vitest";
import { expectToSurviveKills } from "../testing/kill-nine.ts";
import { makeFolder } from "../testing/start-cli.ts";

it("keeps its books in SQLite through ten kills under load", async () => {
  const directory = await makeFolder();
  await expectToSurviveKills({ store: "sqlite:./keybrake.db", cwd: directory, directory });
});
