import {
  CapExhaustedError,
  capAcrossKeys,
  type Keybrake,
  type PolicyFor,
  resolvePolicy,
  toKeybrakeError,
  type VaultKey,
  type WithVaultKeyOptions,
  withVaultKey as withKey,
} from "@keybrake/core";
import { DelayedError, type Job, type SandboxedJob, UnrecoverableError } from "bullmq";

/** How jobs get their keys, and what becomes of a job whose cap is spent. */
export interface VaultKeyOptions extends Pick<WithVaultKeyOptions, "onRevokeError"> {
  /** Default: the client that `@keybrake/core` makes from the environment. */
  client?: Keybrake;
  /**
   * `true` moves a job whose daily cap is spent to delayed, until the cap's next day. Default `false`: it fails, as
   * does one whose cap has no next day.
   */
  delayUntilReset?: boolean;
}

/** What BullMQ calls, in a worker or in a sandboxed processor's file. */
export type VaultKeyProcessor<AnyJob, Result> = (
  job: AnyJob,
  token?: string,
  signal?: AbortSignal,
) => Promise<Result>;

const SHORTEST_DELAY_MS = 1_000;

/**
 * Wraps a processor: issues a vault key per attempt of a job, extends it while the job runs, and revokes it when the
 * processor settles or its signal aborts. `totalUsdCap` holds over all attempts of the job: it is stated as the cap of
 * a budget named after the job. What a retry can't fix, such as an exhausted cap, fails the job at once.
 *
 * @param policy what to ask for, or how to tell it from the job. `keepAlive` is on unless it says `false`
 * @param processor gets the key after the job, then BullMQ's token and signal
 * @throws {UnrecoverableError} a refusal that is not `retryable`; its `cause` is the refusal
 * @throws {DelayedError} the job was moved to delayed
 * @example
 * const worker = new Worker<Refund>(
 *   "refunds",
 *   withVaultKey(
 *     (job) => ({ label: `refund-${job.id}`, vendor: "stripe", totalUsdCap: 100 }),
 *     async (job, key) => {
 *       const stripe = new Stripe(key.token, stripeOptions(key, Stripe));
 *       return (await stripe.refunds.create({ charge: job.data.charge })).id;
 *     },
 *   ),
 *   { connection },
 * );
 * revokeOnLostLock(worker);
 */
export function withVaultKey<Result, AnyJob extends Job | SandboxedJob = Job>(
  policy: PolicyFor<AnyJob>,
  processor: (job: AnyJob, key: VaultKey, token?: string, signal?: AbortSignal) => Promise<Result>,
  options: VaultKeyOptions = {},
): VaultKeyProcessor<AnyJob, Result> {
  // BullMQ counts the parameters: only a processor that declares three is given a signal.
  return async (job, token, signal) => {
    let issued: VaultKey | undefined;
    try {
      return await withKey(
        async () => ({
          keepAlive: true,
          ...capAcrossKeys(await resolvePolicy(policy, job), "job", job.queueName, `${job.id}`),
        }),
        async (key) => {
          issued = key;
          if (signal?.aborted) throw new Error("The job was cancelled before it had its key.");
          // A signal only asks: a processor that does not listen would spend on, for a job that is cancelled or that
          // runs elsewhere by now. Where this fails, the end of the scope tries again and reports.
          signal?.addEventListener("abort", () => key.revoke().catch(() => {}));
          return processor(job, key, token, signal);
        },
        options,
      );
    } catch (error) {
      const refusal = toKeybrakeError(error, issued);
      if (!refusal || refusal.retryable) throw error;
      const resetsAt = refusal instanceof CapExhaustedError ? refusal.details?.resetsAt : undefined;
      if (options.delayUntilReset && resetsAt !== undefined) {
        // Not at once, whatever this machine's clock says: it is the proxy's that ends the day.
        await job.moveToDelayed(Math.max(Date.parse(resetsAt), Date.now() + SHORTEST_DELAY_MS), token);
        throw new DelayedError();
      }
      const failure = new UnrecoverableError(`${refusal.code}: ${refusal.message}`);
      throw Object.assign(failure, { cause: error });
    }
  };
}
