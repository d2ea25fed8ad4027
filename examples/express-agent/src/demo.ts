import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { createKeybrake } from "@keybrake/core";
import { Command } from "commander";
import Stripe from "stripe";
import { AS_FAST_AS_IT_CAN, FIT_FOR_STRIPE, runFirstAct, runSecondAct } from "./demo/acts.ts";
import { readCustomers } from "./demo/customers.ts";
import { createProgress } from "./demo/progress.ts";
import { toReport } from "./demo/report.ts";
import { startServers } from "./demo/start.ts";
import { sandboxBooks, stripeBooks } from "./demo/vendor-books.ts";
import { judge } from "./demo/verdict.ts";

const DEFAULT_CUSTOMERS = fileURLToPath(new URL("../customers.csv", import.meta.url));

interface DemoOptions {
  customers: string;
  real?: true;
  json?: true;
}

new Command("demo")
  .description(
    "A billing agent is handed 5,000 customers where 50 were meant, under a cap of $500 a day.\n" +
      "Proxy, vendor and backend are real servers; the vendor's own books tell what happened.",
  )
  .option("--customers <file>", "CSV with the columns customer and amount_cents", DEFAULT_CUSTOMERS)
  .option("--real", "charge Stripe itself: STRIPE_SECRET_KEY must be a test key (sk_test_…)")
  .option("--json", "print the result as JSON")
  .addHelpText("after", "\nExit code: 0 every promise held, 1 one did not, or the demo could not run.")
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
  const progress = createProgress("starting proxy, vendor and backend", options.json ?? false);
  const servers = await startServers(stripeTestKey);
  try {
    const { proxyUrl, sandboxUrl, backendUrl, keybrakeToken } = servers;
    const stage = {
      keybrake: createKeybrake({ token: keybrakeToken, apiUrl: proxyUrl }),
      backendUrl,
      customers,
      demoId: `demo-${randomBytes(4).toString("hex")}`,
      pace: sandboxUrl === null ? FIT_FOR_STRIPE : AS_FAST_AS_IT_CAN,
      readBooks:
        sandboxUrl === null
          ? stripeBooks(new Stripe(stripeTestKey ?? ""), startedAt)
          : sandboxBooks(sandboxUrl),
      onProgress: progress.update,
    };
    const first = await runFirstAct(stage);
    progress.succeed();
    const second = await runSecondAct(stage);
    progress.succeed();
    const checks = judge(first, second);
    const passed = checks.every(({ held }) => held);
    if (options.json) console.log(JSON.stringify({ passed, checks, first, second }, null, 2));
    else console.log(`\n${toReport(first, second, checks)}`);
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
