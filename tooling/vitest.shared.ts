import { availableParallelism } from "node:os";

/**
 * No test is about time. The time-outs only end what hangs, also on a machine that is busy with everything else. And
 * many tests wait for processes of their own, so one worker would leave a small machine idle.
 */
export const patience = {
  testTimeout: 120_000,
  hookTimeout: 120_000,
  maxWorkers: Math.max(2, availableParallelism() - 1),
} as const;
