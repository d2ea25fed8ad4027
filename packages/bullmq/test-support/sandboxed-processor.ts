import type { SandboxedJob } from "bullmq";
import { withVaultKey } from "../src/index.ts";
import { charge } from "./charge.ts";

/** The progress of a job that waits for its signal. */
export const WAITING = "waiting";

/** What the tests ask of a sandboxed job. */
export interface SandboxedData {
  policy: { label: string; vendor: string; uncapped: true; dailyUsdCap?: number };
  charges: number;
  /** Waits for its signal instead of ending. */
  waits?: boolean;
}

// The default export of a file that BullMQ runs in a process or a thread of its own.
export default withVaultKey(
  (job: SandboxedJob<SandboxedData>) => job.data.policy,
  async (job, key, _token, signal) => {
    for (let count = 0; count < job.data.charges; count += 1) await charge(key);
    if (job.data.waits) {
      const stopped = new Promise((resolve) => signal?.addEventListener("abort", resolve));
      // Only now may the test cancel the job: a signal that has aborted calls no listener that comes later.
      await job.updateProgress(WAITING);
      await stopped;
      throw new Error(`stopped: ${signal?.reason}`);
    }
    await job.updateProgress(key.toJSON());
    return { pid: process.pid, key: key.toJSON() };
  },
  { delayUntilReset: true },
);
