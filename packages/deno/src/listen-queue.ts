import {
  type Keybrake,
  type KeybrakeError,
  type PolicyFor,
  resolvePolicy,
  toKeybrakeError,
  type VaultKey,
  type WithVaultKeyOptions,
  withVaultKey,
} from "@keybrake/core";
import type { DenoKv } from "./deno-kv.ts";

/** How the keys are issued and revoked, and what becomes of refused messages. */
export interface ListenQueueOptions<Message> extends Pick<WithVaultKeyOptions, "onRevokeError"> {
  /** Default: the client that `@keybrake/core` makes from the environment. */
  client?: Keybrake;
  /**
   * Told of a message whose handler was refused for good: a cap is spent, say. Deno does not deliver it again,
   * unless this throws. Default: an error on the console.
   */
  onRefused?: (refusal: KeybrakeError, message: Message) => void | Promise<void>;
}

/**
 * Listens to the queue of a Deno KV. Each delivery of a message gets a vault key of its own, revoked when the
 * handler's promise ends. Where no key can be had, the handler does not run, and Deno delivers the message again, as
 * it does when the handler throws. The exception is a refusal that no retry can fix, also when a vendor's SDK raised it
 * or the handler threw an error of its own after an exhausted cap: the next delivery would have a new key with caps of
 * its own, so there is none. See `onRefused`.
 *
 * @param policy what to ask for, or how to tell it from the message
 * @returns a promise that resolves when the KV is closed
 * @example
 * listenQueue(
 *   await Deno.openKv(),
 *   (refund: Refund) => ({ label: `refund-${refund.id}`, vendor: "stripe", totalUsdCap: 50 }),
 *   (refund, key) => payBack(refund, new Stripe(key.token, stripeOptions(key, Stripe))),
 * );
 */
export function listenQueue<Message>(
  kv: DenoKv,
  policy: PolicyFor<Message>,
  handler: (message: Message, key: VaultKey) => unknown,
  options: ListenQueueOptions<Message> = {},
): Promise<void> {
  const { onRefused = warn } = options;

  return kv.listenQueue(async (message: Message) => {
    const refusal = await withVaultKey(
      () => resolvePolicy(policy, message),
      async (key) => {
        try {
          await handler(message, key);
        } catch (error) {
          const refusal = toKeybrakeError(error, key);
          if (!refusal || refusal.retryable) throw error;
          return refusal;
        }
      },
      options,
    );
    if (refusal) await onRefused(refusal, message);
  });
}

function warn({ code }: KeybrakeError): void {
  console.error(`keybrake: a message was refused (${code}), and is not delivered again`);
}
