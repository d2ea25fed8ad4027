import { getRefusals } from "@keybrake/ai";
import { isToolRefusal } from "@keybrake/core";
import { POLICY, runAgent } from "./agent.ts";
import { createGreedyModel } from "./greedy-model.ts";
import { startServices } from "./services.ts";

const { MODEL } = process.env;
const services = await startServices();
try {
  console.log(`proxy   ${services.proxyUrl}, with a fake Stripe behind it`);
  console.log(`model   ${MODEL ?? "a mock that never stops charging; set MODEL for a real one"}`);
  console.log(`policy  ${toUsd(POLICY.totalUsdCap * 100)} for the run, ${POLICY.allowedEndpoints}\n`);

  const { steps, text } = await runAgent(MODEL ?? createGreedyModel(), services.client, printCall);
  console.log(`\nthe run ended: ${getRefusals(steps).at(-1)?.message ?? text}`);

  const { entries, grossMinor } = services.stripe.ledger();
  console.log(`Stripe's books: ${entries.length} payment intents, ${toUsd(grossMinor.usd ?? 0)}`);
  for (const { id, status } of (await services.client.listKeys()).data)
    console.log(`vault key ${id}: ${status}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await services.close();
}

function printCall(tool: string, input: unknown, output: unknown): void {
  const outcome = isToolRefusal(output) ? `refused: ${output.error}` : JSON.stringify(output);
  console.log(`${tool}(${JSON.stringify(input)})\n  ${outcome}`);
}

function toUsd(cents: number): string {
  return `${(cents / 100).toFixed(2)} USD`;
}
