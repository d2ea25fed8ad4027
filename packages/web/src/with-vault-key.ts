import {
  type HoldOptions,
  type IssuePolicy,
  withVaultKey as issueAndRevoke,
  type Keybrake,
  toKeybrakeError,
  type VaultKey,
  type WithVaultKeyOptions,
} from "@keybrake/core";
import { holdUntilRead } from "./hold-until-read.ts";

/** How the key is issued and revoked. */
export interface VaultKeyOptions extends HoldOptions, Pick<WithVaultKeyOptions, "onRevokeError"> {
  /** Default: the client that `@keybrake/core` makes from the environment. */
  client?: Keybrake;
  /**
   * Keeps the host alive until the key is revoked, which is after the response. Called once for each request, when
   * it comes in, with a promise that never rejects. Default: `waitUntil` of whichever argument has one (the `ctx` of
   * Workers), else nothing.
   */
  waitUntil?: (work: Promise<void>) => void;
}

/**
 * Issues a vault key for each request and revokes it when the body of the response was read to its end, was
 * cancelled, or broke, when nobody has read it for `unreadMs`, or when `request.signal` says that the caller left. Where no key can be had, the handler does
 * not run. A refusal of Keybrake is answered with its `toResponse()`: a spent cap is 402, also where a vendor's SDK
 * raised it, and no key to be had is 503. Every other error is the host's, untouched.
 *
 * @param policy what to ask for, or how to tell it from what the host calls with
 * @param handler gets the key after the request, and then whatever else the host calls with
 * @example
 * export default {
 *   fetch: withVaultKey(
 *     (request) => ({ label: `user-${request.headers.get("x-user-id")}`, vendor: "stripe", dailyUsdCap: 500 }),
 *     async (request, key) => {
 *       const stripe = new Stripe(key.token, stripeOptions(key, Stripe));
 *       const { amount } = await request.json();
 *       return Response.json(await stripe.paymentIntents.create({ amount, currency: "usd" }));
 *     },
 *   ),
 * };
 */
export function withVaultKey<Incoming extends Request, Rest extends unknown[]>(
  policy: IssuePolicy | ((request: Incoming, ...rest: Rest) => IssuePolicy | Promise<IssuePolicy>),
  handler: (request: Incoming, key: VaultKey, ...rest: Rest) => Response | Promise<Response>,
  options: VaultKeyOptions = {},
): (request: Incoming, ...rest: Rest) => Promise<Response> {
  return (request, ...rest) =>
    new Promise((resolve, reject) => {
      // Some hosts notice a caller that leaves only from the moment they are asked for the signal.
      const { method, signal } = request;
      const left = new Promise((leave) => signal.addEventListener("abort", leave, { once: true }));

      async function answer(key: VaultKey): Promise<void> {
        const { response, ended } = holdUntilRead(await handler(request, key, ...rest), method, options);
        resolve(response);
        const warning = await ended;
        if (warning) key.warn(warning);
      }

      function fail(error: unknown): void {
        const refusal = toKeybrakeError(error);
        if (refusal) resolve(refusal.toResponse());
        else reject(error);
      }

      const work = issueAndRevoke(
        () => (typeof policy === "function" ? policy(request, ...rest) : policy),
        async (key) => {
          if (signal.aborted) return resolve(new Response(null, { status: CALLER_LEFT }));
          const answering = answer(key);
          // A handler may fail after its caller left, when the race is over; the host is to see that too.
          answering.catch(fail);
          await Promise.race([answering, left]);
        },
        options,
      ).catch(fail);
      (options.waitUntil ?? findWaitUntil(rest))?.(work);
    });
}

/** Nobody is there to read it; the number is for the host's log. */
const CALLER_LEFT = 499;

function findWaitUntil(values: unknown[]): VaultKeyOptions["waitUntil"] {
  const context = values.find(hasWaitUntil);
  return context && ((work) => context.waitUntil(work));
}

function hasWaitUntil(value: unknown): value is Required<Pick<VaultKeyOptions, "waitUntil">> {
  return typeof (value as { waitUntil?: unknown } | null | undefined)?.waitUntil === "function";
}
