import type { Keybrake } from "@keybrake/core";
import { chargeInAStream, chargeOneByOne } from "./agent.ts";
import { type AppEnvironment, type RunningApp, startOnNode, startOnWorkerd } from "./runtimes.ts";
import { startServices } from "./services.ts";

const DAILY_USD_CAP = 100;

await show("Node", startOnNode);
await show("workerd", startOnWorkerd);

/** Starts everything afresh, lets both agents run, and says what is left of it. */
async function show(
  runtime: string,
  startApp: (environment: AppEnvironment) => Promise<RunningApp>,
): Promise<void> {
  const services = await startServices();
  const { keybrake, stripe, environment } = services;
  for (const user of ["alice", "bob"]) {
    await keybrake.setBudget(`user:${user}`, { dailyUsdCap: DAILY_USD_CAP });
  }
  const app = await startApp(environment);
  try {
    console.log(`\nthe app on ${runtime}, ${app.url}`);
    console.log(`Alice's agent, one call for each customer, under ${DAILY_USD_CAP} USD a day:`);
    await chargeOneByOne(app.url);
    console.log("Bob's agent, one stream for all customers, under the same cap:");
    await chargeInAStream(app.url);
    console.log(`Stripe's books: ${stripe.ledger().entries.length} payment intents`);
    console.log(`vault keys: ${await countKeys(keybrake)}`);
  } finally {
    await app.close();
    await services.close();
  }
}

/** How many keys there were, and in what state; once the last of them is revoked, which is after its answer. */
async function countKeys(keybrake: Keybrake): Promise<string> {
  for (;;) {
    const { data } = await keybrake.listKeys({ limit: 100 });
    const active = data.filter(({ status }) => status === "active").length;
    if (active === 0) return `${data.length} issued, ${data.length} revoked`;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
