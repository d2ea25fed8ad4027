import { DAILY_BUDGET_USD, toBudgetName } from "../lib/policies.ts";
import { getUser } from "../lib/session.ts";
import { buildApp, serveApp } from "./programs.ts";
import { startServices } from "./services.ts";

const { PORT = "3000", MODEL } = process.env;

const { keybrake, environment, close } = await startServices();
try {
  console.log(`proxy   ${environment.KEYBRAKE_API_URL}, with a fake Stripe behind it`);
  const budget = toBudgetName(await getUser());
  await keybrake.setBudget(budget, { dailyUsdCap: DAILY_BUDGET_USD });
  console.log(`budget  ${budget} may spend ${DAILY_BUDGET_USD} USD a day`);
  console.log(`model   ${MODEL ?? "a mock that never stops charging; set MODEL for a real one"}`);

  console.log("build   …");
  await buildApp(environment);
  const { data } = await keybrake.listKeys();
  console.log(`build   done; vault keys issued meanwhile: ${data.length}`);

  await serveApp(PORT, environment);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await close();
}
