import { formatUsd, type Refusal, type WireLimitDetails } from "@keybrake/core/protocol";
import type { LimitRefusal } from "@keybrake/ledger";
import { toTimestamp } from "@keybrake/ledger";
import { KEY_EXPIRED, KEY_REVOKED } from "./refused.ts";

const MESSAGES: Record<LimitRefusal["code"], (refusal: LimitRefusal, endpoint: string) => string> = {
  key_revoked: () => KEY_REVOKED,
  key_expired: () => KEY_EXPIRED,
  budget_frozen: ({ limit }) =>
    `The budget ${limit?.slice("budget:".length)} is frozen. Ask who runs it to unfreeze it.`,
  call_limit_reached: () => "This vault key has made as many calls as its max_calls allows. Issue a new one.",
  rate_limited: ({ retryAfterSeconds }) =>
    `This vault key makes more calls a minute than it may. Try again in ${retryAfterSeconds} s.`,
  unpriced_endpoint: (_refusal, endpoint) =>
    `Nobody can tell what ${endpoint} may cost, and a cap applies. Set max_usd_per_call (and allow_recurring, if it renews), or have the operator price the endpoint.`,
  currency_unpriced: () => "The operator has set no rate for this currency, and a cap applies.",
  cap_exhausted: ({ limit, requestedMicroUsd = 0, capMicroUsd = 0, resetsAt }) =>
    `The call needs ${formatUsd(requestedMicroUsd)} USD and does not fit the cap ${limit} of ${formatUsd(capMicroUsd)} USD. ` +
    (resetsAt === undefined
      ? "Don't retry: raise the cap or stop."
      : `Don't retry before ${toTimestamp(resetsAt)}.`),
};

/**
 * A limit's refusal as its caller is told of it.
 *
 * @param endpoint method and path of the call, where it is about one
 */
export function toRefusal(refusal: LimitRefusal, endpoint = "the call"): Refusal {
  const { code, retryAfterSeconds } = refusal;
  return {
    code,
    message: MESSAGES[code](refusal, endpoint),
    ...(refusal.limit === undefined ? {} : { details: toDetails(refusal.limit, refusal) }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}

function toDetails(limit: string, refusal: LimitRefusal): WireLimitDetails {
  const { capMicroUsd, spentMicroUsd, heldMicroUsd, requestedMicroUsd, resetsAt } = refusal;
  return {
    limit,
    ...(refusal.stated ? { stated: true } : {}),
    ...(capMicroUsd === undefined ? {} : { cap_usd: formatUsd(capMicroUsd) }),
    ...(spentMicroUsd === undefined ? {} : { spent_usd: formatUsd(spentMicroUsd) }),
    ...(heldMicroUsd === undefined ? {} : { held_usd: formatUsd(heldMicroUsd) }),
    ...(requestedMicroUsd === undefined ? {} : { requested_usd: formatUsd(requestedMicroUsd) }),
    ...(resetsAt === undefined ? {} : { resets_at: toTimestamp(resetsAt) }),
  };
}
