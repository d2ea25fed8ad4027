import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type Job, Queue } from "bullmq";
import Stripe from "stripe";
import { type Refund, type Refunded, startRefundWorker } from "./refund-worker.ts";
import { type Services, startServices } from "./services.ts";

const BUDGET_USD = 100;
/** Seven refunds of 20 USD against a budget of 100, and one that is more than any refund may be. */
const REFUNDS_CENTS = [20_000, 2000, 2000, 2000, 2000, 2000, 2000, 2000];

try {
  const services = await startServices();
  await run(services).finally(() => services.close());
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

async function run({ redisUrl, stripe, proxyUrl, client }: Services): Promise<void> {
  await client.setBudget("refunds", { dailyUsdCap: BUDGET_USD });
  console.log(`redis     ${redisUrl}`);
  console.log(`proxy     ${proxyUrl}, with a fake Stripe behind it`);
  console.log(`budget    refunds: ${toUsd(BUDGET_USD)} a day\n`);

  const connection = { url: redisUrl };
  const queue = new Queue<Refund, Refunded>(`refunds-${randomUUID()}`, { connection });
  try {
    const charges = await makeCharges(stripe.port, stripe.secretKey);
    const jobs = await queue.addBulk(
      REFUNDS_CENTS.map((amountCents, index) => ({
        name: "refund",
        data: { charge: String(charges[index]), amountCents },
        opts: { attempts: 3, backoff: { type: "exponential", delay: 200 } },
      })),
    );
    const worker = startRefundWorker(queue.name, connection, client);
    await once(worker, "drained");
    // Lets the jobs that still run come to their end.
    await worker.close();
    for (const { id } of jobs) console.log(await describeJob(queue, String(id)));
  } finally {
    await queue.obliterate({ force: true });
    await queue.close();
  }

  const { spend } = await client.getBudget("refunds");
  const { data: keys } = await client.listKeys({ limit: 100 });
  console.log(`\nthe budget has given ${toUsd(spend.dailyUsd)} of ${toUsd(BUDGET_USD)}`);
  console.log(`${keys.length} vault keys were issued, ${keys.filter(isAlive).length} are alive`);
}

/** What the customers paid, some time ago, by the shop's own Stripe key. */
async function makeCharges(port: number, secretKey: string): Promise<string[]> {
  const shop = new Stripe(secretKey, { host: "127.0.0.1", port, protocol: "http", telemetry: false });
  const charge = { amount: 20_000, currency: "usd", source: "tok_visa" };
  return Promise.all(REFUNDS_CENTS.map(async () => (await shop.charges.create(charge)).id));
}

async function describeJob(queue: Queue<Refund, Refunded>, id: string): Promise<string> {
  const job = await queue.getJob(id);
  if (!job) return `job ${id}  is gone`;
  const state = await job.getState();
  return `job ${id}  ${toUsd(job.data.amountCents / 100).padStart(10)}  ${describeEnd(job, state)}`;
}

function describeEnd(job: Job<Refund, Refunded>, state: string): string {
  if (state === "completed") return `refunded: ${job.returnvalue.refund}, with ${job.returnvalue.vaultKey}`;
  if (state === "delayed")
    return `waits ${(job.delay / 3_600_000).toFixed(1)} h, for the next day of the budget`;
  return `${state}, after ${job.attemptsMade} of 3 attempts: ${job.failedReason}`;
}

function isAlive({ status }: { status: string }): boolean {
  return status === "active";
}

function toUsd(usd: number): string {
  return `${usd.toFixed(2)} USD`;
}
