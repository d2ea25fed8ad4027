import type { Worker } from "bullmq";

/**
 * Cancels a job of this worker when its lock is lost, so that {@link withVaultKey} revokes its key: the job is about to
 * run elsewhere, under a key of its own, and BullMQ lets the first run go on. Use it for every worker, sandboxed ones too.
 *
 * @example
 * const worker = new Worker("refunds", withVaultKey(policy, processor), { connection });
 * revokeOnLostLock(worker);
 */
export function revokeOnLostLock<Data, Result, Name extends string>(
  worker: Worker<Data, Result, Name>,
): void {
  const cancel = (id: string | undefined): void => {
    if (id !== undefined) worker.cancelJob(id, "The job's lock was lost.");
  };
  worker.on("lockRenewalFailed", (ids) => ids.forEach(cancel));
  worker.on("stalled", cancel);
  // Another worker may have found it stalled, and this one may fetch it again. `active` comes before BullMQ forgets the
  // first run's signal for the second's.
  worker.on("active", ({ id }) => cancel(id));
}
