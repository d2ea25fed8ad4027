import { Worker } from "bullmq";
import { withVaultKey } from "../src/index.ts";
import { charge } from "./charge.ts";

// A worker in a process of its own: it charges, tells its parent of the key, and then waits to be killed.
const { QUEUE = "", REDIS_URL = "" } = process.env;
new Worker(
  QUEUE,
  withVaultKey(
    (job) => ({
      label: `refund-${job.id}`,
      vendor: "stripe",
      uncapped: true,
      expiresIn: "2s",
      idempotency: "inject",
    }),
    async (_job, key) => {
      await charge(key);
      process.send?.({ id: key.id, token: key.token });
      await new Promise((resolve) => process.once("disconnect", resolve));
    },
  ),
  { connection: { url: REDIS_URL }, lockDuration: 1_000, stalledInterval: 300 },
);
