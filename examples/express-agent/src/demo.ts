import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { createKeybrake } from "@keybrake/core";
import { Command } from "commander";
import Stripe from "stripe";
import { runBudgetAct, runPlainKeyAct, runRevocationAct } from "./demo/acts.ts";
import { readCustomers } from "./demo/customers.ts";
import { EMULATOR_PACE, STRIPE_PACE } from "./demo/pace.ts";
import { createProgress } from "./demo/progress.ts";
import { toReport } from "./demo/report.ts";
import { startServers } from "./demo/start.ts";
import { emulatorTotals, stripeTotals } from "./demo/vendor-totals.ts";
import { judge } from "./demo/verdict.ts";

const DEFAULT_CUSTOMERS = fileURLToPath(new URL("../customers.csv", import.meta.url));

interface DemoOptions {
  customers: string;
  real?: true;
  json?: true;
}

new Command("demo")
  .description(
    "A runaway agent charges 1,000 customers $20 each: first with a plain Stripe key, then with vault keys\n" +
      "under a budget of $500 per UTC day. The proxy, the backend and a Stripe emulator run as real servers.\n" +
      "The demo counts what Stripe recorded, not what the proxy says.",
  )
  .option("--customers <file>", "CSV with the columns customer and amount_cents", DEFAULT_CUSTOMERS)
  .option(
    "--real",
    "use Stripe itself: STRIPE_SECRET_KEY must be a test key (sk_test_…); the plain key makes 100 calls at most",
  )
  .option("--json", "print the result as JSON")
  .addHelpText(
    "after",
    "\nExit code: 0 if every check passed, 1 if a check failed or the demo could not run.",
  )
  .action((options: DemoOptions) =>
    runDemo(options).catch((error: Error) => {
      console.error(`demo: ${error.message}`);
      process.exitCode = 1;
    }),
  )
  .parse();

async function runDemo(options: DemoOptions): Promise<void> {
  const customers = await readCustomers(options.customers);
  const stripeTestKey = options.real ? readStripeTestKey() : null;
  const startedAt = Math.floor(Date.now() / 1000);
  const progress = createProgress("Starting the proxy, Stripe and the backend", options.json ?? false);
  const servers = await startServers(stripeTestKey);
  try {
    const { proxyUrl, stripe, backendUrl, keybrakeToken } = servers;
    const stage = {
      keybrake: createKeybrake({ token: keybrakeToken, apiUrl: proxyUrl }),
      backendUrl,
      customers,
      demoId: `demo-${randomBytes(4).toString("hex")}`,
      stripe,
      pace: stripeTestKey === null ? EMULATOR_PACE : STRIPE_PACE,
      readVendorTotals:
        stripeTestKey === null
          ? emulatorTotals(stripe.url)
          : stripeTotals(new Stripe(stripeTestKey), startedAt),
      onProgress: progress.update,
    };
    const plainKey = await runPlainKeyAct(stage);
    progress.succeed();
    const budget = await runBudgetAct(stage);
    progress.succeed();
    const revocation = await runRevocationAct(stage);
    progress.succeed();
    const results = { plainKey, budget, revocation };
    const checks = judge(results);
    const passed = checks.every(({ held }) => held);
    if (options.json) console.log(JSON.stringify({ passed, checks, ...results }, null, 2));
    else console.log(`\n${toReport(results, checks)}`);
    process.exitCode = passed ? 0 : 1;
  } finally {
    progress.stop();
    await servers.stop();
  }
}

function readStripeTestKey(): string {
  const key = process.env.STRIPE_SECRET_KEY ?? "";
  if (key.startsWith("sk_test_") || key.startsWith("rk_test_")) return key;
  throw new Error("--real needs STRIPE_SECRET_KEY to be a test key (sk_test_…); a live key is never used.");
}
