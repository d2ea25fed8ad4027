import { revokeOnLostLock, withVaultKey } from "@keybrake/bullmq";
import type { Keybrake } from "@keybrake/core";
import { stripeOptions } from "@keybrake/core/stripe";
import { type ConnectionOptions, Worker } from "bullmq";
import Stripe from "stripe";

/** What a support agent asks for: give a customer some of a charge back. */
export interface Refund {
  charge: string;
  amountCents: number;
}

/** What a done job leaves behind. */
export interface Refunded {
  refund: string;
  vaultKey: string;
}

/** A worker that holds no Stripe key: each start of a job gets a vault key of its own, for refunds alone. */
export function startRefundWorker(
  queue: string,
  connection: ConnectionOptions,
  client: Keybrake,
): Worker<Refund, Refunded> {
  const worker = new Worker<Refund, Refunded>(
    queue,
    withVaultKey(
      (job) => ({
        label: `refund-${job.id}`,
        vendor: "stripe",
        allowedEndpoints: ["POST /v1/refunds"],
        totalUsdCap: 50,
        budgets: ["refunds"],
        expiresIn: "1m",
      }),
      async (job, key) => {
        const stripe = new Stripe(key.token, stripeOptions(key, Stripe));
        const { charge, amountCents } = job.data;
        // The same for every start of the job: a refund that a dead worker made already is not made again.
        const idempotencyKey = `refund-${job.id}`;
        const refund = await stripe.refunds.create({ charge, amount: amountCents }, { idempotencyKey });
        return { refund: refund.id, vaultKey: key.id };
      },
      { client, delayUntilReset: true },
    ),
    { connection, concurrency: 3 },
  );
  revokeOnLostLock(worker);
  return worker;
}
